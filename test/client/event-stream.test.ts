import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createClient } from '../../src/client/create-client.js';
import { type OpenStream, resumedEvents } from '../../src/client/event-stream.js';
import { end, ringFor } from '../api/event-fixtures.js';
import { freshUser } from '../api/fixtures.js';
import { startTestApi, type TestApi } from '../support/test-api.js';
import { userToken } from '../support/tokens.js';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

describe('the client', () => {
  it('goes on after a lost connection, in another process too, each event once', async () => {
    const userId = freshUser();
    const first = await api.alongside({});
    const stop = new AbortController();
    const token = await userToken(userId);
    // A load balancer of a kind: the second connection reaches another process.
    let baseUrl = first.url;
    const settings = {
      get baseUrl() {
        return baseUrl;
      },
      token: () => token,
    };
    const seen: string[] = [];
    const reading = (async () => {
      const events = createClient(settings).streamEvents(
        { terminal_id: 'a' },
        { signal: stop.signal },
      );
      for await (const { event } of events) {
        seen.push('event_id' in event ? event.event_id : event.type);
      }
    })();
    const expected: string[] = ['stream.opened'];
    const cancelOne = async () => {
      const call = await ringFor(api.url, userId);
      await end(api.url, call, 'cancelCall');
      expected.push(`${call.callId}-2-0`, `${call.callId}-2-1`);
    };
    await expect.poll(() => seen).toHaveLength(1);
    await cancelOne();
    await expect.poll(() => seen).toEqual(expected);
    baseUrl = api.url;
    await first.stop();
    expected.push('stream.opened');
    await cancelOne();
    await expect
      .poll(() => seen.filter((each) => each !== 'stream.opened'))
      .toEqual(expected.filter((each) => each !== 'stream.opened'));
    stop.abort();
    await reading;
  });

  it('ends at once when its reader wants no more, also between two tries', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const stop = new AbortController();
    const open: OpenStream = async (_last, signal) => {
      await once(signal, 'abort');
      throw new Error('gone');
    };
    const next = resumedEvents(open, undefined, stop.signal).next();
    stop.abort();
    expect(await next).toEqual({ done: true, value: undefined });
  });

  it('stops with the reason when the API refuses for good', async () => {
    const client = createClient({ baseUrl: api.url, token: 'garbage' });
    await expect(client.streamEvents({ terminal_id: 'a' }).next()).rejects.toMatchObject({
      code: 40101,
    });
  });
});
