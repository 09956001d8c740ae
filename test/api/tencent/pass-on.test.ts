import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { send } from '../../support/api-client.js';
import { freePort } from '../../support/free-port.js';
import { aStartBody, userSig } from '../../support/robot-backend.js';
import { startTestApi, type TestApi } from '../../support/test-api.js';
import { aGate, ENGINE, envelopeOf, goodQuery, sendRaw } from './fixtures.js';

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** Bytes that are neither UTF-8 nor JSON, and would not survive being read. */
const BYTES = Buffer.from([0x7b, 0xff, 0x00, 0x22, 0xfe, 0x7d]);
const ANSWER = { status: 418, type: 'text/x-tencent; charset=gbk', body: BYTES };

let far: Server;
let place: string;
let seen: Seen[] = [];
let hangsUp = false;
let api: TestApi;
const gates: ReturnType<typeof aGate>[] = [];
const gateTo = (where: string) => {
  const gate = aGate(where);
  gates.push(gate);
  return gate;
};
beforeAll(async () => {
  far = createServer((req, res) => {
    const parts: Buffer[] = [];
    req.on('data', (part: Buffer) => parts.push(part));
    req.on('end', () => {
      const { method = '', url = '', headers } = req;
      seen.push({ method, url, headers, body: Buffer.concat(parts) });
      if (hangsUp) res.destroy();
      else res.writeHead(ANSWER.status, { 'content-type': ANSWER.type }).end(ANSWER.body);
    });
  });
  far.listen(0, '127.0.0.1');
  await once(far, 'listening');
  place = `http://127.0.0.1:${(far.address() as AddressInfo).port}`;
  api = await startTestApi({ gate: gateTo(place) });
});
afterAll(async () => {
  await api.stop();
  for (const gate of gates) await gate.close();
  far.close();
});
beforeEach(() => {
  seen = [];
  hangsUp = false;
});

const OTHER = '/v4/group_open_http_svc/create_group';
const ODD_QUERY = '?a=%E4%BD%A0&b=x+y%20z&c=%2F%2f&d&=e&a=2&usersig=*-_%';

describe('what is not a command of ours', () => {
  it('reaches Tencent byte for byte, and so does its answer', async () => {
    const answer = await sendRaw(api.url, {
      path: OTHER + ODD_QUERY,
      headers: { 'content-type': 'application/json; charset=gbk', cookie: 'not yours' },
      body: BYTES,
    });
    expect(seen).toEqual([
      {
        method: 'POST',
        url: OTHER + ODD_QUERY,
        headers: expect.objectContaining({ 'content-type': 'application/json; charset=gbk' }),
        body: BYTES,
      },
    ]);
    expect(seen[0]?.headers.cookie).toBeUndefined();
    expect(answer.status).toBe(ANSWER.status);
    expect(answer.body).toEqual(BYTES);
    expect(answer.headers).toMatchObject({
      'content-type': ANSWER.type,
      'cache-control': 'no-store',
    });
  });

  it.each([
    ['of a known length', {}],
    ['of an unknown length', { 'transfer-encoding': 'chunked' }],
    ['packed', { 'content-encoding': 'gzip' }],
  ])('reaches Tencent however long it is, %s', async (_what, headers) => {
    const body = randomBytes(3_000_000);
    const answer = await sendRaw(api.url, {
      path: OTHER,
      headers: headers as Record<string, string>,
      body,
    });
    expect(answer.body).toEqual(BYTES);
    expect(seen).toMatchObject([{ url: OTHER, headers }]);
    expect(seen[0]?.body.equals(body)).toBe(true);
  });

  it.each(['GET', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'])(
    'is passed on with its method: %s, of our own paths, too',
    async (method) => {
      for (const path of [OTHER, `${ENGINE}/end_call?x=%61`]) {
        const answer = await sendRaw(api.url, { method, path });
        expect(answer.status).toBe(ANSWER.status);
        expect(answer.body).toEqual(method === 'HEAD' ? Buffer.alloc(0) : BYTES);
        expect(seen.at(-1)).toMatchObject({ method, url: path });
      }
    },
  );

  it.each([
    `${ENGINE}/End_Call`,
    `${ENGINE}/end%5Fcall`,
    `${ENGINE}/end_call/more`,
    '/v4/call_config/set_callback',
    '/v4/',
  ])('is %s, which is passed on unread', async (path) => {
    await sendRaw(api.url, { path, body: 'not JSON' });
    expect(seen).toMatchObject([{ url: path, body: Buffer.from('not JSON') }]);
  });

  it('is not what stands outside of /v4', async () => {
    for (const path of ['/v5/x', '/V4/x', '/v45']) {
      expect((await sendRaw(api.url, { path })).status).toBe(404);
    }
    expect(seen).toEqual([]);
  });

  it('is never a start, which is ours however it is spelled after its path', async () => {
    api.engine.onPlace = () => ({ type: 'placed', providerCallId: 'p-1' });
    const body = JSON.stringify(aStartBody());
    for (const end of ['', '/']) {
      const path = `${ENGINE}/start_call_by_robot${end}?${goodQuery()}`;
      expect(envelopeOf(await sendRaw(api.url, { path, body }))).toMatchObject({ ErrorCode: 0 });
    }
    expect(seen).toEqual([]);
  });
});

describe('a call that was not started here', () => {
  it.each(['get_call_info', 'end_call'])('is Tencent’s to answer for: %s', async (command) => {
    const path = `${ENGINE}/${command}?${goodQuery()}&x=%2f`;
    const body = '{ "CallId" : "055662e1-bc8a-469c-a334-1126c8c17d58","more":1.0 }';
    expect((await sendRaw(api.url, { path, body })).body).toEqual(BYTES);
    expect(seen).toMatchObject([{ url: path, body: Buffer.from(body) }]);
  });

  it('is not asked for by who may not command the application', async () => {
    const query = goodQuery().replace(/usersig=[^&]*/, `usersig=${userSig('jack')}`);
    const path = `${ENGINE}/end_call?${query}`;
    const answer = await sendRaw(api.url, { path, body: '{"CallId":"x"}' });
    expect(envelopeOf(answer)).toMatchObject({ ErrorCode: 70013 });
    expect(seen).toEqual([]);
  });
});

describe('passing on', () => {
  it('keeps the path of the place it goes to', async () => {
    const { url } = await api.alongside({ gate: gateTo(`${place}/behind/`) });
    await sendRaw(url, { path: `${OTHER}?x=%41` });
    expect(seen).toMatchObject([{ url: `/behind${OTHER}?x=%41` }]);
  });

  it('asks once, and says 60014 when no answer came', async () => {
    hangsUp = true;
    const answer = await sendRaw(api.url, { path: OTHER, body: '{}' });
    expect(answer.status).toBe(200);
    expect(envelopeOf(answer)).toMatchObject({ ErrorCode: 60014, ActionStatus: 'FAIL' });
    expect(seen).toHaveLength(1);
  });

  it('says 60014 of a long body, too, where nobody can be reached', async () => {
    const gate = gateTo(`http://127.0.0.1:${await freePort()}`);
    const { url } = await api.alongside({ gate });
    const answer = await sendRaw(url, { path: OTHER, body: randomBytes(3_000_000) });
    expect(envelopeOf(answer)).toMatchObject({ ErrorCode: 60014, ActionStatus: 'FAIL' });
  });

  it('is counted by the HTTP status of the answer, and logged without signatures', async () => {
    const app = await api.alongside({ gate: gateTo(place) });
    const signature = userSig();
    await sendRaw(app.url, { path: `${OTHER}?usersig=${signature}` });
    const { text } = await send(`${app.url}/metrics`);
    const labels = 'operation="tencent:passed-on",code="418"';
    expect(text).toContain(`http_request_duration_seconds_count{${labels}} 1\n`);
    expect(app.log()).toContain('usersig=[redacted]');
    expect(app.log()).not.toContain(signature);
  });

  it('can be switched off: 60009', async () => {
    const { url } = await api.alongside({ gate: aGate() });
    for (const [path, body] of [
      [OTHER, '{}'],
      [`${ENGINE}/get_call_info?${goodQuery()}`, '{"CallId":"x"}'],
    ] as const) {
      const answer = await sendRaw(url, { path, body });
      expect(answer.status).toBe(200);
      expect(envelopeOf(answer)).toMatchObject({ ErrorCode: 60009, ActionStatus: 'FAIL' });
    }
    expect(seen).toEqual([]);
  });

  it('leaves records to be ours where it is switched off: of nobody’s call there is none', async () => {
    const { url } = await api.alongside({ gate: aGate() });
    const path = `/v4/call_record_http_srv/get_record_by_callid?${goodQuery()}`;
    const answer = await sendRaw(url, { path, body: '{"CallId":"x"}' });
    expect(envelopeOf(answer)).toMatchObject({ ErrorCode: 101050, ActionStatus: 'FAIL' });
    expect(seen).toEqual([]);
  });
});
