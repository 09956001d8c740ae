import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mintToken } from '../../src/api/auth/mint-token.js';
import type { CallEvent } from '../../src/call/events.js';
import { toldBy } from '../../src/call/step.js';
import { judge } from '../../src/call/transition.js';
import { createEventStreams } from '../../src/service/event-streams.js';
import { send, sendAs } from '../support/api-client.js';
import { neverRead, readSse, type SseReader } from '../support/sse-reader.js';
import { startTestApi, type TestApi } from '../support/test-api.js';
import { AUTH, userToken } from '../support/tokens.js';
import { accept, end, ringFor, types } from './event-fixtures.js';
import { CALLEE_TERMINAL, freshUser } from './fixtures.js';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const bearer = async (userId: string) => ({ authorization: `Bearer ${await userToken(userId)}` });

interface Reading {
  readonly terminal?: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly url?: string;
}

async function listen(userId: string, reading: Reading = {}): Promise<SseReader> {
  const { terminal = 'a-phone', query = '', headers, url = api.url } = reading;
  return readSse(`${url}/api/events?terminal_id=${terminal}${query}`, {
    ...(await bearer(userId)),
    ...headers,
  });
}

describe('the stream of a device', () => {
  it('is told why it stops ringing, and every change of the call', async () => {
    const call = await ringFor(api.url, freshUser());
    const other = await listen(call.callee, { terminal: 'tablet' });
    const winner = await listen(call.callee, { terminal: CALLEE_TERMINAL });
    const caller = await listen(call.caller);
    await accept(api.url, call);
    await end(api.url, call);
    await other.until(4);
    expect(types(other)).toEqual(['call.ringing_stopped', 'call.accepted', 'call.ended']);
    expect(other.messages[1]?.data).toMatchObject({
      event_id: `${call.callId}-2-0`,
      type: 'call.ringing_stopped',
      call_id: call.callId,
      version: 2,
      reason: 'answered_elsewhere',
      user_id: call.callee,
      terminal_id: CALLEE_TERMINAL,
      call: { status: 'accepted', version: 2 },
    });
    await winner.until(3);
    expect(types(winner)).toEqual(['call.accepted', 'call.ended']);
    await caller.until(3);
    expect(types(caller)).toEqual(['call.accepted', 'call.ended']);
    expect(caller.messages.at(-1)?.data).toMatchObject({
      call: { status: 'ended', end_cause: 'hangup', end_reason: 'local_hangup' },
    });
  });

  it.each<[string, (callee: string, ringUntil: number) => CallEvent]>([
    ['rejected_elsewhere', (userId) => ({ type: 'reject', userId, terminalId: CALLEE_TERMINAL })],
    ['timeout', (_, at) => ({ type: 'deadline', kind: 'ring', at })],
    ['ended', () => ({ type: 'end', by: 'ops', cause: 'ops_ended' })],
  ])('is told that it stops ringing: %s', async (reason, happened) => {
    const { callee, callId } = await ringFor(api.url, freshUser());
    const tablet = await listen(callee, { terminal: 'tablet' });
    const ringing = await api.store.reader.find(callId);
    if (ringing === undefined) throw new Error('a call has no record');
    const event = happened(callee, ringing.state.ring.until);
    const { state, effects } = judge(ringing.state, event, Date.now());
    await api.store.records.write(state, toldBy(effects));
    const [, stopped] = await tablet.until(2);
    expect(stopped?.data).toMatchObject({ type: 'call.ringing_stopped', user_id: callee, reason });
  });

  it('opens with its place and the time of the server, as server-sent events', async () => {
    const stream = await listen(freshUser());
    const [opened] = await stream.until(1);
    expect(stream.status).toBe(200);
    expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(stream.headers.get('cache-control')).toBe('no-cache, no-transform');
    expect(stream.headers.get('x-accel-buffering')).toBe('no');
    expect(opened).toMatchObject({ id: '0', event: 'stream.opened' });
    expect(opened?.data).toMatchObject({ type: 'stream.opened', gap: false });
    const { server_time } = opened?.data ?? {};
    expect(Math.abs(Date.parse(String(server_time)) - Date.now())).toBeLessThan(60_000);
  });

  it('carries the ring’s absolute end, which is told with the time of the server', async () => {
    const callee = freshUser();
    const call = await ringFor(api.url, callee);
    await end(api.url, call, 'cancelCall');
    const stream = await listen(callee, { query: '&after=0' });
    const [, stopped] = await stream.until(2);
    expect(stopped?.data).toMatchObject({ type: 'call.ringing_stopped', reason: 'cancelled' });
    const { ring_expires_at, server_time, at } = stopped?.data ?? {};
    const ring = Date.parse(String(ring_expires_at)) - Date.parse(String(at));
    expect(ring).toBeGreaterThan(25_000);
    expect(ring).toBeLessThanOrEqual(31_000);
    expect(Date.parse(String(server_time))).toBeGreaterThanOrEqual(Date.parse(String(at)));
  });

  it('begins with now unless it is told where to go on', async () => {
    const call = await ringFor(api.url, freshUser());
    await end(api.url, call, 'cancelCall');
    const late = await listen(call.callee);
    const [opened] = await late.until(1);
    expect(opened?.id).toBe('2');
    const next = await ringFor(api.url, call.callee);
    await end(api.url, next, 'cancelCall');
    await late.until(3);
    expect(late.messages.slice(1).map(({ id }) => id)).toEqual(['3', '4']);
  });

  it('goes on after Last-Event-ID, which wins over the query, without gap or repeat', async () => {
    const call = await ringFor(api.url, freshUser());
    await accept(api.url, call);
    await end(api.url, call);
    const whole = await listen(call.callee, { query: '&after=0' });
    await whole.until(4);
    const ids = whole.messages.slice(1).map(({ id }) => id);
    expect(ids).toEqual(['1', '2', '3']);
    const rest = await listen(call.callee, {
      query: '&after=0',
      headers: { 'last-event-id': '2' },
    });
    await rest.until(2);
    expect(rest.messages.map(({ id }) => id)).toEqual(['2', '3']);
    expect(rest.messages[1]?.data.event_id).toBe(whole.messages[3]?.data.event_id);
  });

  it('says that there is a gap when it cannot go on where it is told to', async () => {
    const call = await ringFor(api.url, freshUser());
    await end(api.url, call, 'cancelCall');
    const beyond = await listen(call.callee, { headers: { 'last-event-id': '99' } });
    const [opened] = await beyond.until(1);
    expect(opened).toMatchObject({ id: '2', data: { gap: true } });
  });

  it('is told by whichever process wrote the news, and by each that it asks', async () => {
    const other = await api.alongside({});
    const call = await ringFor(api.url, freshUser());
    const streams = await Promise.all([
      listen(call.callee),
      listen(call.callee, { url: other.url }),
    ]);
    await accept(api.url, call);
    for (const stream of streams) {
      await stream.until(3);
      expect(types(stream)).toEqual(['call.ringing_stopped', 'call.accepted']);
    }
  });

  it('is told nothing that concerns others', async () => {
    const stranger = await listen(freshUser());
    const call = await ringFor(api.url, freshUser());
    await end(api.url, call, 'cancelCall');
    const callee = await listen(call.callee, { query: '&after=0' });
    await callee.until(3);
    expect(stranger.messages).toHaveLength(1);
  });
});

describe('a stream ends', () => {
  const short = (userId: string, ttlSeconds: number) => mintToken(AUTH, { userId, ttlSeconds });

  it('when its token has expired', async () => {
    const userId = freshUser();
    // Five seconds more are granted to clocks.
    const token = await short(userId, -3);
    const stream = await readSse(`${api.url}/api/events?terminal_id=a&access_token=${token}`);
    await stream.until(1);
    await expect.poll(() => stream.ended()).toBe(true);
    const again = await send(`${api.url}/api/events?terminal_id=a`, { token });
    expect([200, 401]).toContain(again.status);
    await expect
      .poll(async () => (await send(`${api.url}/api/events?terminal_id=a`, { token })).code)
      .toBe(40101);
  });

  it('before it has begun, when its client leaves meanwhile', async () => {
    const streams = createEventStreams(api.store.userEvents);
    const [asked, answered] = [new AbortController(), new AbortController()];
    const held = {
      ...streams,
      get size() {
        return streams.size;
      },
      async start(...from: Parameters<typeof streams.start>) {
        asked.abort();
        await once(answered.signal, 'abort');
        return streams.start(...from);
      },
    };
    const events = { streams: held, keepAliveMs: 15_000, slowReaderMs: 10_000 };
    const { url } = await api.alongside({ app: { events } });
    const leaving = new AbortController();
    const request = { headers: await bearer(freshUser()), signal: leaving.signal };
    const stream = fetch(`${url}/api/events?terminal_id=a-phone`, request);
    await once(asked.signal, 'abort');
    leaving.abort();
    await expect(stream).rejects.toThrow();
    await sleep(200);
    answered.abort();
    await sleep(200);
    expect(streams.size).toBe(0);
    await streams.close();
  });

  it('when the process stops, which refuses new ones then', async () => {
    const streams = createEventStreams(api.store.userEvents);
    const app = await api.alongside({
      app: { events: { streams, keepAliveMs: 1_000, slowReaderMs: 1_000 } },
    });
    const stream = await listen(freshUser(), { url: app.url });
    await stream.until(1);
    await streams.close();
    await expect.poll(() => stream.ended()).toBe(true);
    const refused = await sendAs(app.url, freshUser(), 'streamEvents');
    expect(refused.code).toBe(40001);
    const token = await userToken(freshUser());
    const answer = await send(`${app.url}/api/events?terminal_id=a`, { token });
    expect(answer).toMatchObject({ status: 503, code: 50301 });
  });

  it('when its reader does not read, of whom no more than a page is ever in memory', async () => {
    const { userEvents } = api.store;
    const pages: number[] = [];
    const streams = createEventStreams({
      ...userEvents,
      async after(...wanted) {
        const page = await userEvents.after(...wanted);
        pages.push(page.length);
        return page;
      },
    });
    const app = await api.alongside({
      app: { events: { streams, keepAliveMs: 1_000, slowReaderMs: 300 } },
    });
    const callee = freshUser();
    const { callId } = await ringFor(api.url, callee);
    const recorded = await api.store.reader.find(callId);
    if (recorded === undefined) throw new Error('a call has no record');
    // The first page alone is more than the buffers of both ends of a connection hold.
    const state = { ...recorded.state, reason: 'x'.repeat(300_000) };
    const versions = Array.from({ length: 60 }, (_, index) => index + 2);
    await api.store.records.write(
      state,
      versions.map((version) => ({ type: 'call.updated', version, at: Date.now() })),
    );
    const stream = '/api/events?terminal_id=a&after=0';
    const silent = await neverRead(app.url + stream, await userToken(callee));
    await expect.poll(() => streams.size).toBe(1);
    await expect.poll(() => streams.size).toBe(0);
    expect(await silent.isCut()).toBe(true);
    expect(pages).toEqual([50]);
    const reader = await readSse(api.url + stream, await bearer(callee));
    await reader.until(versions.length + 1);
  });

  it('while one that is idle is told that the server is there', async () => {
    const streams = createEventStreams(api.store.userEvents);
    const app = await api.alongside({
      app: { events: { streams, keepAliveMs: 30, slowReaderMs: 1_000 } },
    });
    const stream = await listen(freshUser(), { url: app.url });
    await expect.poll(() => stream.comments()).toBeGreaterThan(3);
    expect(stream.ended()).toBe(false);
    const { text } = await send(`${app.url}/metrics`);
    expect(text).toContain('event_streams_open 1\n');
    stream.close();
    await expect.poll(() => streams.size).toBe(0);
  });
});
