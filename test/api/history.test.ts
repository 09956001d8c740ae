import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiError } from '../../src/client/api-error.js';
import { type Client, createClient } from '../../src/client/create-client.js';
import type { DataOf } from '../../src/contract/routes.js';
import { send } from '../support/api-client.js';
import { startTestApi, type TestApi } from '../support/test-api.js';
import { serviceToken, userToken } from '../support/tokens.js';
import {
  CALLEE_TERMINAL,
  CALLER_TERMINAL,
  createBody,
  freshUser,
  ringingCall,
} from './fixtures.js';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const as = async (userId: string): Promise<Client> =>
  createClient({ baseUrl: api.url, token: await userToken(userId) });
const backend = async (): Promise<Client> =>
  createClient({ baseUrl: api.url, token: await serviceToken() });
const callIds = ({ calls }: DataOf<'listCalls'>) => calls.map(({ call_id }) => call_id);
const code = (refused: Promise<unknown>) =>
  refused.then(
    () => 0,
    (error: unknown) => (error instanceof ApiError ? error.code : error),
  );

const by = { terminal_id: CALLER_TERMINAL };

describe('the history', () => {
  it('shows a user each call as that user saw it', async () => {
    const call = await ringingCall(api.url);
    const [caller, callee] = await Promise.all([as(call.caller), as(call.callee)]);
    await callee.acceptCall(call, { terminal_id: CALLEE_TERMINAL });
    await caller.reportMediaState(call, { ...by, stage: 'joined' });
    await pause(1_100);
    await callee.hangupCall(call, { terminal_id: CALLEE_TERMINAL });
    const [mine] = (await caller.listCalls({})).calls;
    expect(mine).toMatchObject({
      call_id: call.callId,
      status: 'ended',
      end_cause: 'hangup',
      end_reason: 'local_hangup',
      ended_by: call.callee,
      direction: 'outgoing',
      missed: false,
    });
    expect(mine?.duration_seconds).toBeGreaterThanOrEqual(1);
    expect(mine?.parties).toHaveLength(2);
    const [theirs] = (await callee.listCalls({})).calls;
    expect(theirs).toEqual({ ...mine, direction: 'incoming' });
    expect((await (await as(freshUser())).listCalls({})).calls).toEqual([]);
  });

  it('finds a missed call, refused as busy or cancelled before the first ring', async () => {
    const call = await ringingCall(api.url);
    const [caller, callee] = await Promise.all([as(call.caller), as(call.callee)]);
    const other = await as(freshUser());
    expect(await code(other.createCall(createBody(call.callee) as never))).toBe(41003);
    await caller.cancelCall(call, by);
    const missed = await callee.listCalls({ missed: 'true' });
    expect(missed.calls.map(({ status, end_cause }) => [status, end_cause])).toEqual([
      ['ended', 'busy'],
      ['cancelled', 'cancelled'],
    ]);
    expect(missed.calls.every((each) => each.missed && each.direction === 'incoming')).toBe(true);
    expect(callIds(await callee.listCalls({ missed: 'false' }))).toEqual([]);
    const [own] = (await caller.listCalls({})).calls;
    expect(own).toMatchObject({ call_id: call.callId, missed: false, duration_seconds: null });
    expect(callIds(await caller.listCalls({ missed: 'true' }))).toEqual([]);
  });

  it('gives a service every call, and those of a user, a status, a cause, a channel or a time', async () => {
    const call = await ringingCall(api.url);
    await (await as(call.caller)).cancelCall(call, by);
    const client = await backend();
    const user_id = call.callee;
    expect(callIds(await client.listCalls({ limit: '1' }))).toEqual([call.callId]);
    const found = await client.listCalls({ user_id });
    expect(found.calls).toMatchObject([
      { call_id: call.callId, direction: 'incoming', missed: true },
    ]);
    const [every] = (await client.listCalls({ limit: '1' })).calls;
    expect(every).toMatchObject({ direction: null, missed: true });
    const matches = async (query: Parameters<Client['listCalls']>[0]) =>
      callIds(await client.listCalls({ user_id, ...query })).length;
    const { created_at } = every ?? { created_at: '' };
    const later = new Date(Date.parse(created_at) + 2_000).toISOString();
    expect(await matches({ status: 'cancelled', end_cause: 'cancelled', channel: 'rtc' })).toBe(1);
    expect(await matches({ status: 'ended' })).toBe(0);
    expect(await matches({ end_cause: 'busy' })).toBe(0);
    expect(await matches({ channel: 'phone' })).toBe(0);
    expect(await matches({ missed: 'true', from: created_at, to: later })).toBe(1);
    expect(await matches({ from: later })).toBe(0);
    expect(await matches({ to: created_at })).toBe(0);
  });

  it('gives a service that acts for a user that user’s calls only', async () => {
    const call = await ringingCall(api.url);
    await ringingCall(api.url);
    const settings = { baseUrl: api.url, token: await serviceToken(), actingUser: call.caller };
    const client = createClient(settings);
    expect(callIds(await client.listCalls({}))).toEqual([call.callId]);
    expect(callIds(await client.listCalls({ user_id: freshUser() }))).toEqual([]);
  });

  it('hands out pages whose cursor stays where it was when calls are added', async () => {
    const me = freshUser();
    const caller = await as(me);
    const made: unknown[] = [];
    const dial = async () => {
      const { call_id } = await caller.createCall(createBody(freshUser()) as never);
      await caller.cancelCall({ callId: Number(call_id) }, by);
      made.unshift(call_id);
    };
    for (let count = 0; count < 5; count += 1) await dial();
    const expected = [...made];
    const seen: unknown[] = [];
    let cursor: string | null | undefined;
    while (cursor !== null) {
      const page = await caller.listCalls({ limit: '2', ...(cursor && { cursor }) });
      seen.push(...callIds(page));
      cursor = page.next_cursor;
      await dial();
    }
    expect(seen).toEqual(expected);
  });
});

describe('a call that is read', () => {
  it('has direction and the last network quality of each terminal', async () => {
    const call = await ringingCall(api.url);
    const [caller, callee] = await Promise.all([as(call.caller), as(call.callee)]);
    await callee.acceptCall(call, { terminal_id: CALLEE_TERMINAL });
    const stage = 'joined';
    await caller.reportMediaState(call, { ...by, stage, network_quality: 'good' });
    await callee.reportMediaState(call, {
      terminal_id: CALLEE_TERMINAL,
      stage,
      network_quality: 'poor',
    });
    const shown = await caller.getCall(call);
    expect(shown.direction).toBe('outgoing');
    expect(shown.quality.map(({ at: _at, ...rest }) => rest)).toEqual([
      { user_id: call.caller, terminal_id: CALLER_TERMINAL, network_quality: 'good' },
      { user_id: call.callee, terminal_id: CALLEE_TERMINAL, network_quality: 'poor' },
    ]);
    expect((await callee.getCall(call)).direction).toBe('incoming');
    expect((await (await backend()).getCall(call)).direction).toBeNull();
  });
});

describe('the events of a call', () => {
  it('are told in order, to each as it concerns them, and after any of them', async () => {
    const call = await ringingCall(api.url);
    const [caller, callee] = await Promise.all([as(call.caller), as(call.callee)]);
    await callee.acceptCall(call, { terminal_id: CALLEE_TERMINAL });
    await caller.hangupCall(call, by);
    const { events, has_more } = await callee.listCallEvents(call, {});
    expect(has_more).toBe(false);
    expect(events.map(({ type, version, reason }) => [type, version, reason])).toEqual([
      ['call.ringing_stopped', 2, 'answered_elsewhere'],
      ['call.accepted', 2, null],
      ['call.ended', 3, null],
    ]);
    expect(events[0]).toMatchObject({
      event_id: `${call.callId}-2-0`,
      call_id: call.callId,
      user_id: call.callee,
      terminal_id: CALLEE_TERMINAL,
      call: { status: 'accepted', version: 2 },
    });
    const told = (await caller.listCallEvents(call, {})).events.map(({ type }) => type);
    expect(told).toEqual(['call.accepted', 'call.ended']);
    expect((await (await backend()).listCallEvents(call, {})).events).toHaveLength(3);
    const after = events[0]?.event_id ?? '';
    const next = await callee.listCallEvents(call, { after, limit: '1' });
    expect(next.events.map(({ event_id }) => event_id)).toEqual([`${call.callId}-2-1`]);
    expect(next.has_more).toBe(true);
  });

  it('belong to a call that exists', async () => {
    expect(await code((await backend()).listCallEvents({ callId: 999_999 }, {}))).toBe(41001);
  });
});

describe('a query that is wrong', () => {
  const LIMIT = 'limit must be a whole number from 1 to 200';
  const TIME = 'must be a time such as 2026-07-05T10:05:30Z';
  it.each([
    ['listCalls', 'limit=0', LIMIT],
    ['listCalls', 'limit=201', LIMIT],
    ['listCalls', 'limit=1&limit=2', 'limit must be a string'],
    ['listCalls', 'from=yesterday', `from ${TIME}`],
    ['listCalls', 'to=2026-07-05', `to ${TIME}`],
    ['listCalls', 'channel=fax', 'channel must be "rtc" or "robot" or "phone"'],
    ['listCalls', 'missed=yes', 'missed must be "true" or "false"'],
    ['listCalls', 'user_id=', 'user_id must not be empty'],
    ['listCalls', 'user_id=a%00b', 'user_id must not contain NUL or unpaired surrogates'],
    ['listCalls', 'cursor=abc', 'cursor must be the next_cursor of a page'],
    ['listCalls', 'cursor=OTk5OTk5OTk5OTk5OTk5OS4x', 'cursor must be the next_cursor of a page'],
    ['listCallEvents', 'after=7', 'after must be the event_id of an event'],
    ['listCallEvents', 'after=999-1-0', 'after must be the event_id of an event of this call'],
  ])('%s?%s answers 40001', async (name, query, why) => {
    const call = await ringingCall(api.url);
    const path = name === 'listCalls' ? '/api/calls' : `/api/calls/${call.callId}/events`;
    const token = await userToken(call.caller);
    const answer = await send(`${api.url}${path}?${query}`, { token });
    expect(answer).toMatchObject({ status: 400, code: 40001, data: null });
    expect(answer.message).toBe(`invalid parameter: ${why}`);
  });

  it('is read past what it does not know', async () => {
    const token = await userToken(freshUser());
    expect((await send(`${api.url}/api/calls?colour=red`, { token })).code).toBe(0);
  });
});
