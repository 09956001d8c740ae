import { lookup as askSystem } from 'node:dns/promises';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  CONNECT_MS,
  createNameLookup,
  type NameSources,
} from '../../../src/providers/webhooks/name-lookup.js';
import { createWebhookSender } from '../../../src/providers/webhooks/webhook-sender.js';
import { startWebhookReceiver } from '../../../src/simulators/webhooks/receiver.js';
import { type NameAnswer, startNameServer } from '../../support/name-server.js';
import { scratchFolder } from '../../support/scratch.js';

const SECRET = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';

async function nameServer(answer: (name: string) => NameAnswer, sources: NameSources = {}) {
  const server = await startNameServer(answer);
  onTestFinished(() => server.stop());
  const nameServers = [server.address];
  const lookup = createNameLookup({ hostsFile: '/dev/null', nameServers, ...sources });
  return { ...server, lookup, find: (name: string) => promisify(lookup)(name, { all: true }) };
}

const LOOPBACK = [{ address: '127.0.0.1', family: 4 }];
const ELSEWHERE = [{ address: '127.0.0.3', family: 4 }];
const silent = () => 'silence' as const;

describe('a name', () => {
  it('leads where the name servers say', async () => {
    const { find } = await nameServer(() => ['127.0.0.1', '127.0.0.2']);
    expect(await find('backend.example')).toEqual([
      { address: '127.0.0.1', family: 4 },
      { address: '127.0.0.2', family: 4 },
    ]);
  });

  it('leads where the hosts file says, whatever name servers know', async () => {
    const hostsFile = join(await scratchFolder(), 'hosts');
    const { find, asked } = await nameServer(() => ['127.0.0.1'], { hostsFile });
    await writeFile(
      hostsFile,
      '# 127.0.0.2 backend.example\n127.0.0.3\tother Backend.example # ours\n',
    );
    expect(await find('backend.example')).toEqual(ELSEWHERE);
    expect(asked).toEqual([]);
    expect(await find('own.example')).toEqual(LOOPBACK);
  });

  it('leads elsewhere as soon as the hosts file says so', async () => {
    const hostsFile = join(await scratchFolder(), 'hosts');
    const { find } = await nameServer(() => ['127.0.0.1'], { hostsFile });
    expect(await find('backend.example')).toEqual(LOOPBACK);
    await writeFile(hostsFile, '127.0.0.3 backend.example\n');
    expect(await find('backend.example')).toEqual(ELSEWHERE);
    await writeFile(hostsFile, '127.0.0.3 backend.example\n::1 backend.example\n');
    expect(await find('backend.example')).toEqual([...ELSEWHERE, { address: '::1', family: 6 }]);
    await writeFile(hostsFile, '');
    expect(await find('backend.example')).toEqual(LOOPBACK);
  });

  it.each([
    ['do not know', []],
    ['fail to find', 'failure'],
    ['refuse to tell', 'refusal'],
  ] satisfies [string, NameAnswer][])(
    'that name servers %s leads where the system says',
    async (_what, answer) => {
      const { find, asked } = await nameServer(() => answer);
      // The system reads it as an address, and asks nobody.
      expect(await find('127.1')).toContainEqual({ address: '127.0.0.1', family: 4 });
      expect(asked).toContain('127.1');
    },
  );

  it('of one label is asked of the system alone', async () => {
    const { find, asked } = await nameServer(silent);
    const [first] = await find('localhost');
    expect(['127.0.0.1', '::1']).toContain(first?.address);
    expect(asked).toEqual([]);
  });

  it('about which two name servers are silent is given up before its connection', async () => {
    const other = await nameServer(silent);
    const system = heldUp();
    const { asked, address } = await nameServer(silent);
    const lookup = createNameLookup({ nameServers: [address, other.address], system: system.ask });
    const begun = performance.now();
    const looking = promisify(lookup)('dark.example', { all: true });
    await expect(looking).rejects.toMatchObject({ code: 'ETIMEOUT' });
    expect(performance.now() - begun).toBeLessThan(CONNECT_MS);
    expect(asked).toContain('dark.example');
    expect(other.asked).toContain('dark.example');
    expect(system.asked).toEqual([]);
  });
});

describe('names that only the system may know', () => {
  afterEach(() => vi.useRealTimers());

  async function slowSystem() {
    const system = heldUp();
    const bright = (name: string) =>
      name.startsWith('bright') ? ['127.0.0.1'] : ('failure' as const);
    return { system, ...(await nameServer(bright, { system: system.ask })) };
  }

  it('are asked about one after the other, and delay none that name servers know', async () => {
    const { system, find } = await slowSystem();
    const dark = Array.from({ length: 20 }, (_, nth) => find(`dark-${nth}.example`));
    await expect.poll(() => system.asked.length).toBe(1);
    expect(await find('bright.example')).toEqual(LOOPBACK);
    expect(system.asked).toHaveLength(1);
    system.goOn();
    expect(await Promise.all(dark)).toEqual(Array(20).fill(ELSEWHERE));
    expect(new Set(system.asked).size).toBe(20);
  });

  it('are not asked about when nobody waits for them any more', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { system, find, asked } = await slowSystem();
    const first = find('dark-1.example');
    await expect.poll(() => system.asked).toEqual(['dark-1.example']);
    const second = find('dark-2.example');
    await expect.poll(() => asked.filter((name) => name === 'dark-2.example')).toHaveLength(2);
    vi.setSystemTime(Date.now() + CONNECT_MS);
    system.goOn();
    expect(await first).toEqual(ELSEWHERE);
    await expect(second).rejects.toMatchObject({ code: 'ETIMEOUT' });
    expect(system.asked).toEqual(['dark-1.example']);
  });
});

/** A system that answers nobody until it is told to go on. */
function heldUp() {
  let goOn = () => undefined as void;
  const goesOn = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const asked: string[] = [];
  const ask = async (name: string) => {
    asked.push(name);
    await goesOn;
    return ELSEWHERE;
  };
  return { asked, ask, goOn: () => goOn() };
}

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
