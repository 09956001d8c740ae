import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Phone } from '../../../src/simulators/yuntongxun/phones.js';
import { placedBy, post } from './fixtures.js';

interface Heard {
  readonly name: string;
  readonly body: string;
}

/** Somebody to whom pushes go, and who answers the question whether to dial. */
async function listener(allows = true): Promise<{ url: string; heard: Heard[] }> {
  const heard: Heard[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const name = (request.url ?? '').split('/').at(-1) ?? '';
      heard.push({ name, body: Buffer.concat(parts).toString('utf8') });
      const statuscode = name === 'CallAuth' && !allows ? '000001' : '000000';
      response.end(`<Response><statuscode>${statuscode}</statuscode></Response>`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/p`, heard };
}

const names = (heard: readonly Heard[]) => heard.map(({ name }) => name);

/** The last two are sent at the same moment, and come as they come. */
const inTurn = (heard: readonly Heard[]) => {
  const all = names(heard);
  return [...all.slice(0, -2), ...all.slice(-2).toSorted()];
};

/** How each story ends, with phones that live a hundred times faster. */
const STORIES: readonly (readonly [string, caller: Phone, callee: Phone, byetype: string])[] = [
  [
    'the caller hangs up after the talk',
    { answersAfterMs: 500, hangsUpAfterMs: 3_000 },
    { answersAfterMs: 500 },
    '3',
  ],
  [
    'the callee hangs up after the talk',
    { answersAfterMs: 500 },
    { answersAfterMs: 500, hangsUpAfterMs: 500 },
    '4',
  ],
  ['the talk lasts too long', { answersAfterMs: 500 }, { answersAfterMs: 500 }, '2'],
  ['the callee never answers', { answersAfterMs: 500 }, {}, '-2'],
  ['the callee rejects', { answersAfterMs: 500 }, { rejectsAfterMs: 500 }, '-9'],
  ['the caller never answers', {}, { answersAfterMs: 500 }, '-10'],
  ['the caller rejects', { rejectsAfterMs: 500 }, {}, '-10'],
  ['the caller gives up', { answersAfterMs: 500, hangsUpAfterMs: 1_000 }, {}, '-3'],
  ['the caller’s channel drops', { drops: true }, {}, '-4'],
  ['the callee’s channel drops', { answersAfterMs: 500 }, { drops: true }, '-5'],
];

describe('a simulated two-way callback', () => {
  it.each(STORIES)('in which %s ends as documented', async (_story, caller, callee, byetype) => {
    const { url, heard } = await listener();
    const there = await placedBy({
      speed: 100,
      pushUrl: url,
      script: [caller, callee],
      body: { hangupCdrUrl: `${url}/CDR`, maxCallTime: '20' },
    });
    await expect.poll(() => names(heard)).toEqual(expect.arrayContaining(['Hangup', 'CDR']));
    const [call] = there.simulator.control.ledger().calls;
    expect(call?.byetype).toBe(byetype);
    expect(call?.legs.every(({ endedAt }) => endedAt !== undefined)).toBe(true);
    const talked = Number(byetype) > 0;
    expect(inTurn(heard)).toEqual([
      'CallAuth',
      ...(talked ? ['CallEstablish'] : []),
      'CDR',
      'Hangup',
    ]);
    const record = heard.find(({ name }) => name === 'CDR');
    expect(record?.body).toContain(`<byetype>${byetype}</byetype>`);
    expect(heard.every(({ body }) => body.includes('<userData>our token</userData>'))).toBe(true);
  });

  it('rings nobody where it is told not to dial', async () => {
    const { url, heard } = await listener(false);
    const there = await placedBy({ pushUrl: url, body: { hangupCdrUrl: `${url}/CDR` } });
    await expect.poll(() => inTurn(heard)).toEqual(['CallAuth', 'CDR', 'Hangup']);
    expect(there.simulator.control.ledger().calls).toMatchObject([{ byetype: '-7', legs: [] }]);
  });

  it('loses, doubles and delays pushes on order, and counts how often', async () => {
    const { url, heard } = await listener();
    const caller = '13800138000';
    const there = await placedBy({
      speed: 100,
      pushUrl: url,
      script: [{ rejectsAfterMs: 1_000 }, {}],
      body: { hangupCdrUrl: `${url}/CDR` },
      faults: [
        { on: 'CallAuth', kind: 'lose-answer', caller },
        { on: 'Hangup', kind: 'slow-effect', ms: 300, caller },
        { on: 'CDR', kind: 'twice', caller },
        { on: 'CDR', kind: 'lose-answer', caller: '13900139000' },
      ],
    });
    await expect.poll(() => names(heard)).toEqual(['CDR', 'CDR', 'Hangup']);
    const counts = there.simulator.control.faults().map(({ fired }) => fired);
    expect(counts).toEqual([1, 1, 1, 0]);
  });
});

describe('the gate of the simulated provider', () => {
  it.each([
    [{ authorization: '' }, '111101'],
    [{ authorization: Buffer.from('another:20260101000000').toString('base64') }, '111107'],
    [{ authorization: 'sid-stamp-broken' }, '111113'],
    [{ stamp: '20200101000000' }, '111106'],
    [{ sig: '' }, '111108'],
    [{ sig: '0'.repeat(32) }, '111109'],
    [{ sid: 'nobody' }, '111128'],
    [{ path: 'Calls/Nothing' }, '111100'],
    [{ body: { appId: 'another' } }, '111170'],
  ])('turns %o away with %s', async (change, code) => {
    const there = await placedBy({});
    expect(await post(there, change)).toMatchObject({ statusCode: code });
    expect(there.simulator.control.ledger().calls).toHaveLength(1);
  });
});
