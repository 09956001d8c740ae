import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CallState } from '../../src/call/state.js';
import { judge } from '../../src/call/transition.js';
import { START_WITHIN_MS } from '../../src/service/create-call.js';
import { sweep } from '../../src/service/sweep.js';
import { aPlan } from '../support/robot-backend.js';
import { startTestApi, type TestApi } from '../support/test-api.js';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());
beforeEach(() => {
  api.engine.mood = 'well';
});

const later = () => Date.now() + START_WITHIN_MS + 1;
const deps = (now: () => number = later) => ({
  engine: api.engine,
  records: api.store.records,
  reader: api.store.reader,
  now,
});

const swept = (wanted: Parameters<typeof sweep>[0]) => sweep(wanted, new AbortController().signal);

/** As an operator ends it twice. */
function asGivenUp(state: CallState | undefined): CallState {
  if (state === undefined) throw new Error('there is no such call');
  const end = { type: 'end', by: 'night shift', cause: 'ops_ended' } as const;
  const wished = judge(state, end, Date.now()).state;
  return judge(wished, end, Date.now() + 30_000).state;
}

let lastUser = 80_000;
async function ringingCall() {
  lastUser += 2;
  const [callerId, calleeId] = [String(lastUser - 1), String(lastUser)];
  const who = { callerId, calleeId, terminalId: 'phone', conversationId: '1001' };
  const { state } = await api.service.create({ ...who, callType: 'audio' });
  return { callId: state.callId, callerId, calleeId };
}

/** Nothing of what it does comes to the store. */
async function unwritten<T>(work: () => Promise<T>): Promise<T> {
  const { records } = api.store;
  const { write } = records;
  records.write = async () => [];
  return work().finally(() => {
    records.write = write;
  });
}

/** A robot call that was placed, by its id. */
async function robotCall(fingerprint: string, plan: Parameters<typeof aPlan>[0] = {}) {
  const request = { plan: aPlan(plan), roomIsOurs: false, fingerprint };
  const started = await api.robotCalls.start(request);
  return started.kind === 'placed' ? started.callId : 0;
}

describe('a sweep', () => {
  it('ends the record of a call whose workflow is gone, and frees both lines', async () => {
    const { callId, callerId, calleeId } = await ringingCall();
    api.engine.terminate(callId);
    expect(await swept(deps())).toEqual([callId]);
    const record = await api.store.reader.find(callId);
    expect(record?.state).toMatchObject({ status: 'ended', cause: 'unreachable' });
    const back = { callerId: calleeId, calleeId: callerId, terminalId: 'tablet' };
    const next = await api.service.create({ ...back, conversationId: '1', callType: 'audio' });
    expect(next.replayed).toBe(false);
    expect(await swept(deps())).toEqual([]);
  });

  it('ends the record of a call that was terminated, as it was last', async () => {
    const { callId, calleeId } = await ringingCall();
    await unwritten(() => api.service.accept(callId, { userId: calleeId, terminalId: 'phone' }));
    api.engine.terminateVisibly(callId);
    expect(await swept(deps())).toEqual([callId]);
    const record = await api.store.reader.find(callId);
    const accepted = { status: 'ended', cause: 'ops_ended', acceptedAt: expect.any(Number) };
    expect(record?.state).toMatchObject(accepted);
    expect(api.engine.released).toEqual([]);
  });

  it('tells of the end of a call that was terminated when it had just ended', async () => {
    const { callId, calleeId } = await ringingCall();
    await unwritten(() => api.service.reject(callId, { userId: calleeId, terminalId: 'phone' }));
    api.engine.terminateVisibly(callId);
    expect(await swept(deps())).toEqual([callId]);
    expect(await swept(deps())).toEqual([]);
    const record = await api.store.reader.find(callId);
    expect(record?.state).toMatchObject({ status: 'rejected', cause: 'rejected' });
    const told = await api.store.history.eventsOf(callId, undefined, 100);
    expect(told.filter(({ event }) => event.type === 'call.ended')).toHaveLength(1);
  });

  it('leaves calls alone that run, and those that may still start', async () => {
    const living = await ringingCall();
    const starting = await ringingCall();
    api.engine.terminate(starting.callId);
    expect(await swept(deps(Date.now))).toEqual([]);
    expect(await swept(deps())).toEqual([starting.callId]);
    const record = await api.store.reader.find(living.callId);
    expect(record?.state.status).toBe('calling');
  });

  it('has a robot call ended at its provider before its record is ended', async () => {
    const providerCallId = 'p-terminated';
    api.engine.onPlace = () => ({ type: 'placed', providerCallId });
    const callId = await robotCall('terminated');
    api.engine.terminateVisibly(callId);
    const stateOf = async () => (await api.store.reader.find(callId))?.state;
    const away = { ...deps(), engine: { ...api.engine, release: async () => 'unknown' as const } };
    expect(await swept(away)).toEqual([]);
    expect(await stateOf()).toMatchObject({ status: 'calling' });
    expect(await swept(deps())).toEqual([callId]);
    expect(api.engine.released).toMatchObject([{ callId, providerCallId }]);
    expect(await stateOf()).toMatchObject({ status: 'ended', cause: 'ops_ended' });
  });

  it('has it ended there also where its record was not written since it was placed', async () => {
    const providerCallId = 'p-named-only';
    api.engine.onPlace = () => ({ type: 'placed', providerCallId });
    const callId = await unwritten(() => robotCall('named-only'));
    // Its workflow is away, with all that it knew.
    api.engine.terminate(callId);
    expect((await api.store.reader.find(callId))?.state.providerCallId).toBeUndefined();
    expect(await swept(deps())).toEqual([callId]);
    expect(api.engine.released.at(-1)).toMatchObject({ callId, providerCallId });
    const ended = { status: 'ended', cause: 'ops_ended', providerCallId };
    expect((await api.store.reader.find(callId))?.state).toMatchObject(ended);
  });

  it.each([
    ['it was told of', 600_000],
    ['its ring was to end', 30_000],
  ])('ends a robot call that was terminated by that, however long ago %s', async (_, ringMs) => {
    api.engine.onPlace = () => ({ type: 'placed', providerCallId: `p-${ringMs}` });
    const callId = await robotCall(`of ${ringMs}`, { ringMs });
    api.engine.terminateVisibly(callId);
    expect(await swept(deps(() => Date.now() + 120_000))).toEqual([callId]);
    const record = await api.store.reader.find(callId);
    expect(record?.state).toMatchObject({ status: 'ended', cause: 'ops_ended' });
  });

  it('has a call released that was given up and then terminated, once', async () => {
    const providerCallId = 'p-given-up';
    api.engine.onPlace = () => ({ type: 'placed', providerCallId });
    const callId = await robotCall('given up');
    const givenUp = asGivenUp(await api.engine.state(callId));
    await api.store.records.write(givenUp, []);
    const stateOf = async () => (await api.store.reader.find(callId))?.state;
    const released = () => api.engine.released.filter((call) => call.callId === callId);
    expect(await swept(deps())).toEqual([]);
    api.engine.terminateVisibly(callId);
    for (const engine of [
      { ...api.engine, presence: async () => 'ending' as const },
      { ...api.engine, presence: async () => 'unknown' as const },
      { ...api.engine, release: async () => 'unknown' as const },
    ]) {
      expect(await swept({ ...deps(), engine })).toEqual([]);
    }
    expect(await stateOf()).toEqual(givenUp);
    expect(released()).toEqual([]);
    expect(await swept(deps())).toEqual([callId]);
    expect(released()).toMatchObject([{ callId, providerCallId }]);
    const { unreleased: _until, ...ended } = givenUp;
    const touchedAt = expect.any(Number);
    expect(await stateOf()).toEqual({ ...ended, touchedAt, version: givenUp.version + 1 });
    expect(await swept(deps())).toEqual([]);
  });

  it('begins nothing more once its process is to stop', async () => {
    const [first, second] = [await ringingCall(), await ringingCall()];
    for (const { callId } of [first, second]) api.engine.terminate(callId);
    const stopping = new AbortController();
    const { records } = api.store;
    const write: typeof records.write = async (...record) => {
      stopping.abort();
      return records.write(...record);
    };
    expect(await sweep({ ...deps(), records: { write } }, stopping.signal)).toEqual([first.callId]);
    expect(await swept(deps())).toEqual([second.callId]);
  });

  it('does nothing while the engine cannot say what runs', async () => {
    const { callId } = await ringingCall();
    api.engine.terminate(callId);
    api.engine.mood = 'unavailable';
    expect(await swept(deps())).toEqual([]);
    api.engine.mood = 'well';
    expect(await swept(deps())).toEqual([callId]);
  });
});
