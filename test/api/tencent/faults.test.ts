import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AdmissionAnswer } from '../../../src/ports/admission.js';
import { StoreUnavailable } from '../../../src/ports/reservations.js';
import type { Dependencies } from '../../../src/service/dependencies.js';
import type { RobotCallService } from '../../../src/service/robot-call-service.js';
import { aStartBody, type RobotBackend, robotBackend } from '../../support/robot-backend.js';
import { startTestApi, type TestApi } from '../../support/test-api.js';
import { aGate, placeIt, startedBy } from './fixtures.js';

let api: TestApi;
let backend: RobotBackend;
beforeAll(async () => {
  api = await startTestApi({ gate: aGate() });
  backend = robotBackend(api.url);
});
afterAll(() => api.stop());
beforeEach(() => {
  api.engine.mood = 'well';
  api.engine.onPlace = placeIt;
});

const withDeps = async (deps: Partial<Dependencies>) =>
  robotBackend((await api.alongside({ gate: aGate(), deps })).url);
const start = (to: RobotBackend, random?: string) =>
  to.send('start_call_by_robot', aStartBody(), random === undefined ? {} : { random });
const awayStore = () => Promise.reject(new StoreUnavailable('the store does not answer'));

const SAFE = expect.stringContaining('repeating the same request is safe');
const notSent = { ErrorCode: 60014, ActionStatus: 'FAIL', ErrorInfo: SAFE };
const notKnown = { ErrorCode: 60008, ActionStatus: 'FAIL', ErrorInfo: SAFE };
const tryAgain = { ErrorCode: 101001, ActionStatus: 'FAIL' };

describe('a start whose outcome is open', () => {
  it('is answered 60008, and its repeat with the one call that came of it', async () => {
    api.engine.mood = 'unknown';
    expect(await start(backend, '71')).toMatchObject(notKnown);
    api.engine.mood = 'well';
    const before = api.engine.carriedOut.length;
    expect(await start(backend, '71')).toMatchObject({ ErrorCode: 0 });
    expect(api.engine.carriedOut).toHaveLength(before);
  });

  it('is answered 60008 while Tencent has not said what came of it, however often', async () => {
    api.engine.onPlace = () => ({ type: 'placing-unknown', evidence: 'fault=timeout' });
    const before = api.engine.carriedOut.length;
    expect(await start(backend, '72')).toMatchObject(notKnown);
    expect(await start(backend, '72')).toMatchObject(notKnown);
    expect(api.engine.carriedOut).toHaveLength(before + 1);
  });

  it('is answered 60008 when nobody can tell any more what became of it', async () => {
    const gone = { ...api.engine, placed: async () => ({ kind: 'gone' }) as const };
    const silent = { ...gone, state: async () => undefined };
    const reader = { ...api.store.reader, find: awayStore };
    expect(await start(await withDeps({ engine: silent, reader }))).toMatchObject(notKnown);
  });
});

describe('an engine that is away', () => {
  it('has a start answered 60014, and the request may be sent again', async () => {
    api.engine.mood = 'unavailable';
    expect(await start(backend, '73')).toMatchObject(notSent);
    api.engine.mood = 'well';
    expect(await start(backend, '73')).toMatchObject({ ErrorCode: 0 });
  });

  it('never has a repeat answered 60014: the first start may ring', async () => {
    expect(await start(backend, '74')).toMatchObject({ ErrorCode: 0 });
    api.engine.mood = 'unavailable';
    expect(await start(backend, '74')).toMatchObject(notKnown);
  });

  it('has an end answered 101001, and the call goes on', async () => {
    const { CallId } = await startedBy(backend);
    for (const mood of ['unavailable', 'no-worker'] as const) {
      api.engine.mood = mood;
      expect(await backend.send('end_call', { CallId })).toMatchObject(tryAgain);
    }
    api.engine.mood = 'well';
    expect(await backend.send('get_call_info', { CallId })).toMatchObject({ ErrorCode: 0 });
  });
});

describe('a store that is away', () => {
  it('has a start answered 60014 before anything is asked', async () => {
    for (const what of ['nextCallId', 'reserve'] as const) {
      const reservations = { ...api.store.reservations, [what]: awayStore };
      const before = api.engine.carriedOut.length;
      expect(await start(await withDeps({ reservations }))).toMatchObject(notSent);
      expect(api.engine.carriedOut).toHaveLength(before);
    }
  });

  it('does not hide a call that was placed although its id could not be written', async () => {
    const reservations = { ...api.store.reservations, nameProviderCall: awayStore };
    const there = await withDeps({ reservations });
    const { CallId } = await startedBy(there);
    expect(await there.send('get_call_info', { CallId })).toMatchObject({ ErrorCode: 0 });
  });

  it('has reads and ends of unknown calls answered 101001, and serves known ones', async () => {
    const reader = { ...api.store.reader, find: awayStore, findByProviderId: awayStore };
    const there = await withDeps({ reader });
    for (const command of ['get_call_info', 'end_call']) {
      expect(await there.send(command, { CallId: 'x' })).toMatchObject(tryAgain);
    }
    const { CallId } = await startedBy(there);
    expect(await there.send('get_call_info', { CallId })).toMatchObject({ ErrorCode: 0 });
    expect(await there.send('end_call', { CallId })).toMatchObject({ ErrorCode: 0 });
  });
});

describe('the permission hook', () => {
  it.each([
    ['refused', { ErrorCode: 101002, ErrorInfo: 'CalleeList_Account calling is not permitted' }],
    ['unavailable', notSent],
  ] satisfies [AdmissionAnswer, object][])(
    'that says %s rings nobody',
    async (answer, expected) => {
      const before = api.engine.carriedOut.length;
      const there = await withDeps({ admission: { ask: async () => answer } });
      expect(await start(there)).toMatchObject(expected);
      expect(api.engine.carriedOut).toHaveLength(before);
    },
  );
});

describe('an unexpected error', () => {
  const SECRET = 'the password of the database is swordfish';
  const broken = new Proxy({} as RobotCallService, {
    get: () => () => Promise.reject(new Error(SECRET)),
  });

  it('never invites a second ring, says nothing of itself, and is logged', async () => {
    const history = api.store.robotCallHistory;
    const tencent = { service: broken, gate: aGate(), appId: '88888888', history };
    const app = await api.alongside({ app: { tencent } });
    const there = robotBackend(app.url);
    const answers = [
      await start(there),
      await there.send('get_call_info', { CallId: 'x' }),
      await there.send('end_call', { CallId: 'x' }),
    ];
    expect(answers).toMatchObject([notKnown, tryAgain, tryAgain]);
    expect(JSON.stringify(answers)).not.toContain('swordfish');
    expect(app.log().match(/"msg":"unexpected error"/g)).toHaveLength(3);
  });
});
