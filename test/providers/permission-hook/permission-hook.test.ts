import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import type { AdmissionRequest } from '../../../src/ports/admission.js';
import { allowAll } from '../../../src/providers/permission-hook/allow-all.js';
import {
  createPermissionHook,
  type HookFault,
} from '../../../src/providers/permission-hook/permission-hook.js';
import { timed } from '../../support/timed.js';
import { answering, listen } from './hook-server.js';

const SECRET = `whsec_${Buffer.from('a secret of at least 24 bytes').toString('base64')}`;

const request: AdmissionRequest = {
  callerId: '10001',
  calleeIds: ['20002'],
  channel: 'rtc',
  callType: 'video',
  conversationId: '1001',
};

async function askAt(url: string, asked: AdmissionRequest = request) {
  const faults: HookFault[] = [];
  const hook = createPermissionHook({
    url,
    secret: SECRET,
    onFault: (fault) => faults.push(fault),
  });
  return { answer: await hook.ask(asked), faults };
}
const ask = async (handler: RequestListener, asked?: AdmissionRequest) =>
  askAt(await listen(handler), asked);

const unavailable = (fault: HookFault) => ({ answer: 'unavailable', faults: [fault] });
const allowed = { answer: 'allowed', faults: [] };
const refused = { answer: 'refused', faults: [] };

interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const recording =
  (received: Received[]): RequestListener =>
  (incoming, response) => {
    let body = '';
    incoming.setEncoding('utf8');
    incoming.on('data', (chunk: string) => {
      body += chunk;
    });
    incoming.on('end', () => {
      const { method, url, headers } = incoming;
      received.push({ method, url, headers, body });
      response.end('{"allow":true}');
    });
  };

const verified = (received: Received | undefined, body = received?.body ?? '') =>
  new Webhook(SECRET).verify(body, received?.headers as Record<string, string>);

describe('the question', () => {
  it('says who calls whom, how, and in which conversation, and its signature verifies', async () => {
    const received: Received[] = [];
    expect(await ask(recording(received))).toEqual(allowed);
    expect(received).toHaveLength(1);
    expect(received[0]).toMatchObject({ method: 'POST', url: '/may-call' });
    expect(received[0]?.headers['content-type']).toBe('application/json');
    expect(verified(received[0])).toEqual({
      caller_id: '10001',
      callee_ids: ['20002'],
      channel: 'rtc',
      call_type: 'video',
      conversation_id: '1001',
    });
    expect(() => verified(received[0], received[0]?.body.replace('20002', '20003'))).toThrow(
      'No matching signature found',
    );
  });

  it('says null where there is no conversation', async () => {
    const received: Received[] = [];
    const { conversationId: _, ...rest } = request;
    await ask(recording(received), { ...rest, channel: 'phone', callType: 'audio' });
    expect(verified(received[0])).toMatchObject({ conversation_id: null, channel: 'phone' });
  });

  it('has an id of its own each time', async () => {
    const received: Received[] = [];
    const url = await listen(recording(received));
    await askAt(url);
    await askAt(url);
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(2);
  });

  it('keeps names outside ASCII intact under the signature', async () => {
    const received: Received[] = [];
    await ask(recording(received), { ...request, callerId: '客服' });
    expect(verified(received[0])).toMatchObject({ caller_id: '客服' });
  });
});

describe('an answer', () => {
  it('allows the call when it says so, whatever else it says', async () => {
    expect(await ask(answering(200, '{"allow": true}'))).toEqual(allowed);
    expect(await ask(answering(201, '{"allow": true, "note": "vip"}'))).toEqual(allowed);
  });

  it('refuses the call when it says so', async () => {
    expect(await ask(answering(200, '{"allow": false}'))).toEqual(refused);
  });

  it('refuses the call with a 403, whatever the body says', async () => {
    expect(await ask(answering(403, ''))).toEqual(refused);
    expect(await ask(answering(403, '{"allow": true}'))).toEqual(refused);
  });

  it.each([400, 401, 404, 429, 500, 503])('is none with status %i', async (status) => {
    expect(await ask(answering(status, '{"allow": true}'))).toEqual(
      unavailable({ fault: 'status', status }),
    );
  });

  it.each([
    ['empty', ''],
    ['not JSON', 'yes'],
    ['a bare true', 'true'],
    ['null', 'null'],
    ['without the member', '{}'],
    ['a word instead of a boolean', '{"allow": "true"}'],
    ['a number instead of a boolean', '{"allow": 1}'],
    ['cut short', '{"allow": tr'],
  ])('is none when it is %s', async (_, body) => {
    expect(await ask(answering(200, body))).toEqual(unavailable({ fault: 'answer', status: 200 }));
  });

  it('is none when it is longer than 4 KB, and is taken at exactly 4 KB', async () => {
    const padded = (size: number) => '{"allow": true}'.padEnd(size, ' ');
    expect(await ask(answering(200, padded(4_096)))).toEqual(allowed);
    expect(await ask(answering(200, padded(4_097)))).toEqual(
      unavailable({ fault: 'answer', status: 200 }),
    );
  });

  it('is none when it unpacks to more than 4 KB', async () => {
    const bomb = gzipSync('{"allow": true}'.padEnd(10_000_000, ' '));
    const handler: RequestListener = (_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
    };
    expect(await ask(handler)).toEqual(unavailable({ fault: 'answer', status: 200 }));
  });
});

describe('a redirect', () => {
  it('is not followed', async () => {
    const elsewhere: Received[] = [];
    const location = await listen(recording(elsewhere));
    expect(await ask(answering(307, '{"allow": true}', { location }))).toEqual(
      unavailable({ fault: 'status', status: 307 }),
    );
    expect(elsewhere).toEqual([]);
  });
});

describe('no connection', () => {
  it('is no answer when nobody listens', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    expect(await askAt(`http://127.0.0.1:${port}/`)).toEqual(unavailable({ fault: 'unreachable' }));
  });

  it('is no answer when it breaks before the answer', async () => {
    expect(await ask((incoming) => incoming.socket.destroy())).toEqual(
      unavailable({ fault: 'unreachable' }),
    );
  });

  it('is no answer when it breaks within the answer', async () => {
    const handler: RequestListener = (_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"allow": true}', () => response.destroy());
    };
    expect(await ask(handler)).toEqual(unavailable({ fault: 'unreachable' }));
  });
});

describe('a slow hook', () => {
  async function expectGivenUpAfterTwoSeconds(handler: RequestListener) {
    const { answer, ms, slackMs } = await timed(ask(handler));
    expect(answer).toEqual(unavailable({ fault: 'timeout' }));
    expect(ms).toBeGreaterThan(1_900);
    expect(ms).toBeLessThan(3_500 + slackMs);
  }

  it('is given up after two seconds when it never answers', async () => {
    await expectGivenUpAfterTwoSeconds(() => {});
  });

  it('is given up after two seconds when its answer drips', async () => {
    await expectGivenUpAfterTwoSeconds((_request, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write(' '), 100);
      response.on('close', () => clearInterval(drip));
    });
  });

  it('is listened to when it takes one second', async () => {
    const late: RequestListener = (_request, response) => {
      setTimeout(() => response.end('{"allow": false}'), 1_000);
    };
    expect(await ask(late)).toEqual(refused);
  });
});

describe('settings', () => {
  it('are refused when the secret is not base64', () => {
    expect(() =>
      createPermissionHook({ url: 'http://127.0.0.1/', secret: 'whsec_%%%', onFault: () => {} }),
    ).toThrow();
  });
});

describe('allowAll', () => {
  it('allows every call', async () => {
    expect(await allowAll.ask(request)).toBe('allowed');
  });
});
