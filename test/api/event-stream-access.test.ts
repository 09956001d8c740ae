import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mintToken } from '../../src/api/auth/mint-token.js';
import { send } from '../support/api-client.js';
import { readSse } from '../support/sse-reader.js';
import { startTestApi, type TestApi } from '../support/test-api.js';
import { AUTH, serviceToken, userToken } from '../support/tokens.js';
import { end, ringFor, types } from './event-fixtures.js';
import { freshUser } from './fixtures.js';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

describe('who may open a stream', () => {
  it('is a user by header or by a query token of an hour at most, which no log shows', async () => {
    const url = `${api.url}/api/events?terminal_id=a`;
    const hour = await mintToken(AUTH, { userId: freshUser(), ttlSeconds: 3_600 });
    expect((await readSse(`${url}&access_token=${hour}`)).status).toBe(200);
    const day = await mintToken(AUTH, { userId: freshUser(), ttlSeconds: 86_400 });
    const refused = await send(`${url}&access_token=${day}`);
    expect(refused).toMatchObject({ status: 401, code: 40101 });
    expect(refused.message).toContain('must expire within an hour');
    expect((await send(`${url}&access_token=garbage`)).code).toBe(40101);
    expect((await send(url)).code).toBe(40101);
    await expect.poll(() => api.log()).toContain('access_token=[redacted]');
    expect(api.log()).not.toContain(hour);
  });

  it('is no query token on another route', async () => {
    const hour = await mintToken(AUTH, { userId: freshUser(), ttlSeconds: 3_600 });
    expect((await send(`${api.url}/api/calls?access_token=${hour}`)).code).toBe(40101);
  });

  it('is a service that names the user', async () => {
    const call = await ringFor(api.url, freshUser());
    await end(api.url, call, 'cancelCall');
    const headers = {
      authorization: `Bearer ${await serviceToken()}`,
      'x-acting-user': call.callee,
    };
    const stream = await readSse(`${api.url}/api/events?terminal_id=a&after=0`, headers);
    await stream.until(3);
    expect(types(stream)).toEqual(['call.ringing_stopped', 'call.ended']);
  });

  it.each([
    ['', 'terminal_id is required'],
    ['?terminal_id=a&after=x', 'after must be the id of an event of the stream'],
  ])('names what is wrong with "%s"', async (query, why) => {
    const token = await userToken(freshUser());
    const answer = await send(`${api.url}/api/events${query}`, { token });
    expect(answer).toMatchObject({ status: 400, code: 40001 });
    expect(answer.message).toBe(`invalid parameter: ${why}`);
  });

  it('names a Last-Event-ID that is none of ours', async () => {
    const answer = await send(`${api.url}/api/events?terminal_id=a`, {
      token: await userToken(freshUser()),
      headers: { 'last-event-id': 'x' },
    });
    expect(answer.message).toContain('Last-Event-ID must be the id of an event');
  });
});
