import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/observability/logger.js';
import { redactLine } from '../../src/observability/redaction.js';
import { send, sendAs } from '../support/api-client.js';
import { startTestApi, type TestApi } from '../support/test-api.js';
import { userToken } from '../support/tokens.js';
import { acceptedCall, CALLEE_TERMINAL } from './fixtures.js';

function logged(write: (logger: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = [];
  write(createLogger({ level: 'trace', destination: { write: (line) => void lines.push(line) } }));
  return lines.join('');
}

const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMDAwMSJ9.c2lnbmF0dXJlLW9mLXRoaXM';
const SECRETS = {
  authorization: `Bearer ${JWT}`,
  Authorization: 'Bearer swordfish-0',
  cookie: 'session=swordfish-1',
  'set-cookie': ['a=swordfish-2', 'b=swordfish-3'],
  rtc_token: 'swordfish-4',
  token: 'swordfish-5"with quotes\\',
  access_token: 'swordfish-6',
  usersig: 'swordfish-7',
  userSig: 'swordfish-8',
  private_map_key: 'swordfish-9',
  PrivateMapKey: 'swordfish-10',
  TRTC_SECRET_KEY: 'swordfish-11',
  password: 'swordfish-12',
  phone: '+8613800138000',
  caller_phone_number: '+8613800138001',
  phoneNumbers: ['+8613800138002', '+8613800138003'],
  mobile: 13800138004,
  msisdn: '8613800138005',
};
const A_SECRET = /swordfish|138001380|eyJ/;

describe('a log line', () => {
  it.each([
    ['at the top', (value: object) => value],
    ['one level deep', (value: object) => ({ req: value })],
    ['five levels deep, in a list', (value: object) => ({ a: { b: [{ c: { d: value } }] } })],
    ['quoted in a text', (value: object) => ({ body: JSON.stringify(value) })],
    ['quoted twice', (value: object) => ({ a: JSON.stringify({ b: JSON.stringify(value) }) })],
  ])('hides secrets and phone numbers %s and stays JSON', (_where, wrap) => {
    for (const [name, secret] of Object.entries(SECRETS)) {
      const line = logged((logger) => logger.info(wrap({ kept: 'visible', [name]: secret }), 'x'));
      expect(line, name).not.toMatch(A_SECRET);
      expect(line).toContain('[redacted]');
      expect(line).toContain('visible');
      expect(JSON.parse(line)).toMatchObject({ msg: 'x' });
    }
  });

  it('hides a number in E.164 in any text, and nothing that only looks a little like one', () => {
    const line = logged((logger) => logger.info('dial +8613800138000, (+14155552671): +0800'));
    expect(line).toContain('dial [redacted], ([redacted]): +0800');
    const secret = '/webhooks/yuntongxun/a-secret-end-of-a-path/CallAuth';
    expect(logged((logger) => logger.info({ url: secret }, 'x'))).not.toContain('a-secret-end');
    expect(redactLine('1+2000000 is kept, 20260101+100000 too')).toContain('1+2000000');
  });

  it('hides them in URLs, messages, errors and bindings of a child', () => {
    const url = `/v1/app/call/2?access_token=swordfish&usersig=swordfish&token=swordfish&x=visible`;
    for (const line of [
      logged((logger) => logger.info({ url }, 'request')),
      logged((logger) => logger.info(`asked ${url}`)),
      logged((logger) => logger.error({ err: new Error(`GET ${url} with Bearer swordfish`) })),
      logged((logger) => logger.child({ url }).warn({ note: `token was ${JWT}` }, 'visible')),
    ]) {
      expect(line).not.toMatch(A_SECRET);
      expect(line).toContain('visible');
      expect(() => JSON.parse(line)).not.toThrow();
    }
  });

  it('is left alone when it holds no secret', () => {
    const line =
      '{"level":30,"channel":"phone","msg":"the token bucket, a cookie, ring_phone","code":0}\n';
    expect(redactLine(line)).toBe(line);
  });
});

describe('the access log', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi();
  });
  afterAll(() => api.stop());

  it('names operation, code, status and request id, and no secret of request or answer', async () => {
    const token = await userToken('99');
    const { callId, callee } = await acceptedCall(api.url);
    await send(`${api.url}/api/calls/${callId}/state?access_token=${token}&usersig=swordfish`, {
      token,
      headers: { cookie: 'a=swordfish', 'x-request-id': 'request-1' },
    });
    const answer = await sendAs(api.url, callee, 'issueRtcToken', {
      callId,
      body: { terminal_id: CALLEE_TERMINAL, token: 'swordfish', phone: '+8613800138000' },
      headers: { 'x-request-id': 'request-2' },
    });
    const rtcToken = String(answer.data?.rtc_token);
    expect(rtcToken).toMatch(/^rtc-/);
    const log = api.log();
    expect(log).not.toMatch(A_SECRET);
    expect(log).not.toContain(token);
    expect(log).not.toContain(rtcToken);
    const lines = log
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.find((line) => line.request_id === 'request-1')).toMatchObject({
      msg: 'request answered',
      method: 'GET',
      url: `/api/calls/${callId}/state?access_token=[redacted]&usersig=[redacted]`,
      status: 403,
      operation: 'getCallState',
      code: 41010,
    });
    expect(lines.find((line) => line.request_id === 'request-2')).toMatchObject({
      operation: 'issueRtcToken',
      status: 200,
      code: 0,
    });
  });

  it('tells a request that its client gave up from an answered one', async () => {
    const client = new AbortController();
    const authenticate = () => {
      client.abort();
      return new Promise<never>(() => undefined);
    };
    const silent = await api.alongside({ app: { authenticate } });
    const asked = fetch(`${silent.url}/api/calls/ringing`, { signal: client.signal });
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
    await expect.poll(() => silent.log()).toContain('request aborted by the client');
    expect(silent.log()).toContain('"level":40');
    expect(silent.log()).not.toContain('request answered');
  });

  it('is silent about probes', async () => {
    const before = api.log();
    for (const path of ['/healthz', '/readyz', '/metrics']) await send(api.url + path);
    expect(api.log()).toBe(before);
  });
});
