import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  createWebhookSender,
  type WebhookSenderSettings,
} from '../../../src/providers/webhooks/webhook-sender.js';
import { startWebhookReceiver } from '../../../src/simulators/webhooks/receiver.js';

const SECRET = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const FORMER = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const BODY = '{"type":"call.ended","n":9007199254740993}';

function sender(settings: Partial<WebhookSenderSettings> = {}) {
  const made = createWebhookSender({ allowedNetworks: ['127.0.0.0/8', '::1/128'], ...settings });
  onTestFinished(() => made.close());
  return made;
}

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const message = (url: string, secrets = [SECRET], endpointId = 'we_1') => ({
  id: '5-2-0',
  endpointId,
  url,
  secrets,
  body: BODY,
});

describe('a webhook', () => {
  it('is signed so that the official library and the receiver believe it', async () => {
    let headers: Record<string, string> = {};
    let text = '';
    const url = await serve((request, response) => {
      headers = request.headers as Record<string, string>;
      request.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      request.on('end', () => response.writeHead(200).end('thanks'));
    });
    const answer = await sender().send(message(`${url}/hook?x=1`));
    expect(answer).toMatchObject({ httpStatus: 200, excerpt: 'thanks' });
    expect(text).toBe(BODY);
    expect(headers['webhook-id']).toBe('5-2-0');
    expect(headers['content-type']).toBe('application/json');
    expect(() => new Webhook(SECRET).verify(text, headers)).not.toThrow();
    expect(() => new Webhook(FORMER).verify(text, headers)).toThrow('No matching signature');
  });

  it('is signed with both secrets while a rotation is under way', async () => {
    const known = { secrets: [FORMER] };
    const receiver = await startWebhookReceiver({ secrets: () => known.secrets });
    onTestFinished(() => receiver.stop());
    await sender().send(message(`${receiver.url}/`, [SECRET, FORMER]));
    known.secrets = [SECRET];
    await sender().send(message(`${receiver.url}/`, [SECRET, FORMER]));
    expect(receiver.received).toHaveLength(2);
    expect(await sender().send(message(`${receiver.url}/`, [FORMER]))).toMatchObject({
      httpStatus: 401,
    });
    expect(receiver.refused()).toBe(1);
  });

  it('that no secret signs is not sent, which is a failed attempt', async () => {
    let visits = 0;
    const url = await serve((_request, response) => {
      visits += 1;
      response.end();
    });
    expect(await sender().send(message(url, []))).toMatchObject({
      error: 'no secret opens',
      excerpt: '',
    });
    expect(visits).toBe(0);
  });

  it.each([301, 302, 307, 308])('follows no redirect (%i)', async (status) => {
    let visits = 0;
    const elsewhere = await serve((_request, response) => {
      visits += 1;
      response.end();
    });
    const url = await serve((_request, response) => {
      response.writeHead(status, { location: elsewhere }).end();
    });
    expect(await sender().send(message(url))).toMatchObject({ httpStatus: status });
    expect(visits).toBe(0);
  });

  it.each([
    ['7', 7_000],
    [new Date(Date.now() + 60_000).toUTCString(), 60_000],
  ])('hears how long to wait: %s', async (after, ms) => {
    const url = await serve((_request, response) => {
      response.writeHead(503, { 'retry-after': after }).end();
    });
    const { retryAfterMs = 0 } = await sender().send(message(url));
    expect(Math.abs(retryAfterMs - ms)).toBeLessThan(10_000);
  });

  it('that is not answered in time, or not reached, says so and nothing of itself', async () => {
    const silent = await serve(() => undefined);
    const answer = await sender({ answerWithinMs: 100 }).send(message(silent));
    expect(answer).toMatchObject({ error: 'timeout', excerpt: '' });
    const broken = await serve((request) => void request.socket.destroy());
    expect(await sender().send(message(broken))).toMatchObject({ error: 'UND_ERR_SOCKET' });
    expect(await sender().send(message('http://127.0.0.1:9/'))).toMatchObject({
      error: 'ECONNREFUSED',
    });
  });

  it('keeps the beginning of an endless answer and leaves', async () => {
    let isLeft = false;
    const url = await serve((request, response) => {
      request.socket.once('close', () => {
        isLeft = true;
      });
      const write = () => response.writable && response.write('x'.repeat(1_000));
      const timer = setInterval(write, 1);
      request.socket.once('close', () => clearInterval(timer));
    });
    const answer = await sender().send(message(url));
    expect(answer).toMatchObject({ httpStatus: 200, excerpt: 'x'.repeat(512) });
    await expect.poll(() => isLeft).toBe(true);
  });

  it('is not sent where a hundred are on their way already', async () => {
    const silent = await serve(() => undefined);
    const one = sender({ answerWithinMs: 5_000 });
    const sent = Array.from({ length: 100 }, () => one.send(message(silent)));
    const refused = await one.send(message(silent));
    expect(refused).toMatchObject({ error: 'not sent: full', noRoom: 'full', durationMs: 0 });
    await one.close();
    await Promise.all(sent);
  });

  it('is not sent where five are, once ten were not answered, until one is again', async () => {
    let isSilent = true;
    const url = await serve((_request, response) => {
      if (!isSilent) response.end();
    });
    const one = sender({ answerWithinMs: 300 });
    const refused = async (many: number) => {
      const sent = Array.from({ length: many }, () => one.send(message(url)));
      return (await Promise.all(sent)).filter(({ noRoom }) => noRoom === 'silent').length;
    };
    expect(await refused(10)).toBe(0);
    expect(await refused(8)).toBe(3);
    const waiting = refused(5);
    expect(await one.send(message(url))).toMatchObject({ error: 'not sent: silent' });
    isSilent = false;
    const sameHost = message(url, [SECRET], 'we_2');
    expect(await one.send(sameHost)).toMatchObject({ httpStatus: 200 });
    expect(await waiting).toBe(0);
    expect(await one.send(message(url))).toMatchObject({ httpStatus: 200 });
    expect(await refused(8)).toBe(0);
  });
});

describe('a private destination', () => {
  it('is refused by address, by name, and by where a redirect leads', async () => {
    let visits = 0;
    const url = await serve((_request, response) => {
      visits += 1;
      response.end();
    });
    const { port } = new URL(url);
    const careful = sender({ allowedNetworks: [] });
    for (const host of ['127.0.0.1', '[::ffff:127.0.0.1]', '2130706433', '0x7f.1', 'localhost']) {
      expect(await careful.send(message(`http://${host}:${port}/`))).toMatchObject({
        error: 'private network',
      });
    }
    expect(visits).toBe(0);
  });

  it('is refused when a name leads there by now; the address that was judged is connected to', async () => {
    let visits = 0;
    const url = await serve((_request, response) => {
      visits += 1;
      // Over a connection that is kept nobody would be asked where the name leads.
      response.writeHead(204, { connection: 'close' }).end();
    });
    let asked = 0;
    const leads = [['127.0.0.1'], ['127.0.0.9'], ['127.0.0.9', '127.0.0.1'], ['127.0.0.1']];
    const changing = sender({
      allowedNetworks: ['127.0.0.1/32'],
      resolve(_name, _options, answer) {
        const addresses = leads[asked] ?? [];
        asked += 1;
        answer(
          null,
          addresses.map((address) => ({ address, family: 4 })),
        );
      },
    });
    const post = () => changing.send(message(`http://backend.example:${new URL(url).port}/`));
    expect(await post()).toMatchObject({ httpStatus: 204 });
    expect(await post()).toMatchObject({ error: 'private network' });
    expect(await post()).toMatchObject({ httpStatus: 204 });
    expect(await post()).toMatchObject({ httpStatus: 204 });
    expect([visits, asked]).toEqual([3, 4]);
  });

  it('is no endpoint, as far as its URL says so', () => {
    const careful = sender({ allowedNetworks: ['10.0.0.0/8'] });
    const PRIVATE = 'must not be in a private network';
    expect(careful.objection('https://example.com/hook')).toBeUndefined();
    expect(careful.objection('http://10.1.1.1/')).toBeUndefined();
    expect(careful.objection('http://192.168.0.1/')).toBe(PRIVATE);
    expect(careful.objection('http://[::1]/')).toBe(PRIVATE);
    expect(careful.objection('http://0x7f000001/')).toBe(PRIVATE);
    expect(careful.objection('ftp://example.com')).toBe('must be an http or https URL');
    expect(careful.objection('nonsense')).toBe('must be an http or https URL');
    expect(careful.objection('https://a:b@example.com')).toBe('must not contain credentials');
  });
});
