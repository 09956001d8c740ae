import { lookup as askSystem } from 'node:dns/promises';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createNameLookup } from '../../../src/providers/webhooks/name-lookup.js';
import { createWebhookSender } from '../../../src/providers/webhooks/webhook-sender.js';
import { startWebhookReceiver } from '../../../src/simulators/webhooks/receiver.js';
import { type NameAnswer, startNameServer } from '../../support/name-server.js';

const SECRET = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';

async function nameServer(answer: (name: string) => NameAnswer) {
  const server = await startNameServer(answer);
  onTestFinished(() => server.stop());
  return { asked: server.asked, lookup: createNameLookup([server.address]) };
}

describe('a name', () => {
  it('leads where the name servers say', async () => {
    const { lookup } = await nameServer(() => ['127.0.0.1', '127.0.0.2']);
    expect(await promisify(lookup)('backend.example', { all: true })).toEqual([
      { address: '127.0.0.1', family: 4 },
      { address: '127.0.0.2', family: 4 },
    ]);
  });

  it('that they do not know leads where the system says', async () => {
    const { lookup, asked } = await nameServer(() => []);
    // The system reads it as an address, and asks nobody.
    const addresses = await promisify(lookup)('127.1', { all: true });
    expect(addresses).toContainEqual({ address: '127.0.0.1', family: 4 });
    expect(asked).toContain('127.1');
  });

  it('of one label is asked of the system alone', async () => {
    const { lookup, asked } = await nameServer(() => 'silence');
    const [first] = await promisify(lookup)('localhost', { all: true });
    expect(['127.0.0.1', '::1']).toContain(first?.address);
    expect(asked).toEqual([]);
  });
});

it('endpoints whose name servers are silent delay no other one, nor anybody who asks the system', async () => {
  const receiver = await startWebhookReceiver({ secrets: () => [SECRET] });
  const { lookup, asked } = await nameServer((name) =>
    name.startsWith('dark') ? 'silence' : ['127.0.0.1'],
  );
  const sender = createWebhookSender({ allowedNetworks: ['127.0.0.0/8'], resolve: lookup });
  onTestFinished(async () => {
    await sender.close();
    await receiver.stop();
  });
  const post = (host: string) =>
    sender.send({
      id: '5-2-0',
      endpointId: host,
      url: receiver.url.replace('127.0.0.1', host),
      secrets: [SECRET],
      body: '{"type":"call.ended"}',
    });
  let isOver = false;
  const dark = Promise.all(Array.from({ length: 50 }, (_, nth) => post(`dark-${nth}.example`)));
  void dark.then(() => {
    isOver = true;
  });
  await expect.poll(() => new Set(asked).size).toBe(50);
  expect(await post('bright.example')).toMatchObject({ httpStatus: 204 });
  await askSystem('localhost');
  expect(isOver).toBe(false);
  expect((await dark).map(({ error }) => error)).toEqual(Array(50).fill('timeout'));
});
