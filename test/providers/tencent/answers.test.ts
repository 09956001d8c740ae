import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { RobotCalls } from '../../../src/ports/robot-calls.js';
import { PLACING, robotCallsAt } from './fixtures.js';
import { SAMPLE_INFO_ANSWER, SAMPLE_RECORD_ANSWER, SAMPLE_START_ANSWER } from './samples.js';

async function listening(handler: RequestListener) {
  const server = createServer(handler);
  let connections = 0;
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, opened: () => connections };
}

const answering = async (answer: string, status = 200): Promise<RobotCalls> => {
  const { url } = await listening((_request, response) => {
    response.writeHead(status, { location: '/elsewhere' }).end(answer);
  });
  return robotCallsAt(url);
};

describe('the sample answer', () => {
  it('to a start gives the id of the call and the result of each callee', async () => {
    expect(await (await answering(SAMPLE_START_ANSWER)).place(PLACING)).toEqual({
      kind: 'accepted',
      providerCallId: '35fd577d-1d10-4201-a40d-6d7316560986',
      callees: [{ userId: 'jack', resultCode: 0 }],
      evidence: { code: 0, requestId: 'Id-01f93f1a85c34d64a0e4cadb371deef8-O-Seq-997346' },
    });
  });

  it('to a look-up gives the parties, with an empty room of no type', async () => {
    expect(await (await answering(SAMPLE_INFO_ANSWER)).lookUp('x')).toEqual({
      kind: 'live',
      parties: [
        { userId: 'user1', state: 'present' },
        { userId: 'user2', state: 'ringing' },
      ],
    });
  });

  it('with a record gives it without the caller among the callees', async () => {
    expect(await (await answering(SAMPLE_RECORD_ANSWER)).record('x')).toEqual({
      kind: 'record',
      record: {
        providerCallId: '04c9a0ac-8e38-4a19-be45-349c5ce7911b',
        robot: 'user1',
        callees: ['user5', 'user2'],
        room: { id: 'roomid-1434', kind: 'text' },
        startedAt: 1_739_868_165_000,
        acceptedAt: 1_739_872_743_000,
        endedAt: 1_740_064_224_000,
        cause: 'hangup',
        result: 'NormalEnd',
      },
    });
  });
});

describe('an answer', () => {
  it.each([
    [
      'without ErrorInfo and RequestId',
      '{"ErrorCode":0,"ActionStatus":"OK","Response":{"CallId":"c"}}',
    ],
    ['without ActionStatus', '{"ErrorCode":0,"Response":{"CallId":"c"}}'],
    [
      'with members of other types',
      '{"ErrorCode":0,"ErrorInfo":5,"RequestId":null,"Response":{"CallId":"c","CallResult":"?"}}',
    ],
  ])('%s is taken', async (_, answer) => {
    expect(await (await answering(answer)).place(PLACING)).toEqual({
      kind: 'accepted',
      providerCallId: 'c',
      callees: [],
      evidence: { code: 0 },
    });
  });

  it.each([
    ['is empty', ''],
    ['is no JSON', '<html>'],
    ['is cut short', '{"ErrorCode":0,"Respo'],
    ['is no object', '[]'],
    ['has no code', '{"ActionStatus":"OK","Response":{"CallId":"c"}}'],
    ['has a code that is no number', '{"ErrorCode":"0","Response":{"CallId":"c"}}'],
    ['contradicts itself', '{"ErrorCode":0,"ActionStatus":"FAIL","Response":{"CallId":"c"}}'],
    ['names two codes', '{"ErrorCode":0,"ErrorCode":60003}'],
  ])('that %s leaves a start unknown', async (_, answer) => {
    expect(await (await answering(answer)).place(PLACING)).toEqual({
      kind: 'unknown',
      throttled: false,
      evidence: { fault: 'unreadable' },
    });
  });

  it.each([201, 302, 400, 403, 429, 500, 502, 503])(
    'of status %i is not the word of the provider, whatever it says',
    async (httpStatus) => {
      const robotCalls = await answering(SAMPLE_START_ANSWER, httpStatus);
      const evidence = { fault: 'http-status', httpStatus };
      const unknown = { kind: 'unknown', throttled: false, evidence };
      expect(await robotCalls.place(PLACING)).toEqual(unknown);
      expect(await robotCalls.end('x')).toEqual(unknown);
    },
  );

  it('with a status that nobody documents leaves a look-up unknown, and nobody out', async () => {
    const strange = SAMPLE_INFO_ANSWER.replace('Waiting', 'Held');
    expect(await (await answering(strange)).lookUp('x')).toMatchObject({
      kind: 'unknown',
      evidence: { fault: 'unreadable' },
    });
  });

  it('without end is given up, and the words of a long one are cut', async () => {
    const endless = await answering(`{"ErrorCode":101002,"ErrorInfo":"${'x'.repeat(2_000_000)}"}`);
    expect(await endless.place(PLACING)).toMatchObject({ kind: 'unknown' });
    const long = await answering(`{"ErrorCode":101002,"ErrorInfo":"${'x'.repeat(5_000)}"}`);
    const outcome = await long.place(PLACING);
    expect(outcome).toMatchObject({ kind: 'refused', evidence: { info: 'x'.repeat(200) } });
  });
});

describe('a request', () => {
  it('has the documented query, a new random number each time, a path below the URL, and a kept connection', async () => {
    const received: IncomingMessage[] = [];
    const { url, opened } = await listening((request, response) => {
      received.push(request);
      request.resume().on('end', () => response.end(SAMPLE_INFO_ANSWER));
    });
    const robotCalls = robotCallsAt(`${url}/behind/`);
    for (let nth = 0; nth < 40; nth += 1) await robotCalls.lookUp('x');
    const urls = received.map((each) => new URL(each.url ?? '/', url));
    expect(new Set(urls.map(({ pathname }) => pathname))).toEqual(
      new Set(['/behind/v4/call_engine_http_srv/get_call_info']),
    );
    expect([...(urls[0]?.searchParams.keys() ?? [])]).toEqual([
      'sdkappid',
      'identifier',
      'usersig',
      'random',
      'contenttype',
    ]);
    const randoms = urls.map(({ searchParams }) => Number(searchParams.get('random')));
    expect(new Set(randoms).size).toBeGreaterThan(38);
    // That all of them are below 2^31 happens once in 10^12 runs.
    expect(Math.max(...randoms)).toBeGreaterThan(2 ** 31 - 1);
    expect(randoms.every((each) => Number.isInteger(each) && each >= 0 && each < 2 ** 32)).toBe(
      true,
    );
    expect(received[0]).toMatchObject({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    });
    // One that has just answered may not be free yet, and a second is opened.
    expect(opened()).toBeLessThan(10);
  });

  it('turned down as expired is sent again with another signature', async () => {
    const expired = '{"ActionStatus":"FAIL","ErrorCode":70001,"ErrorInfo":"expired"}';
    const userSigs: (string | null)[] = [];
    const { url } = await listening((request, response) => {
      userSigs.push(new URL(request.url ?? '/', 'http://x').searchParams.get('usersig'));
      response.end(userSigs.length === 1 ? expired : SAMPLE_START_ANSWER);
    });
    let clock = Date.now();
    const robotCalls = robotCallsAt(url, { now: () => (clock += 1_000) });
    expect(await robotCalls.place(PLACING)).toMatchObject({ kind: 'accepted' });
    expect(userSigs).toHaveLength(2);
    expect(userSigs[1]).not.toBe(userSigs[0]);
  });
});
