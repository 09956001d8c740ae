import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { START_WITHIN_MS } from '../../src/service/create-call.js';
import { sweep } from '../../src/service/sweep.js';
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

let lastUser = 80_000;
async function ringingCall() {
  lastUser += 2;
  const [callerId, calleeId] = [String(lastUser - 1), String(lastUser)];
  const who = { callerId, calleeId, terminalId: 'phone', conversationId: '1001' };
  const { state } = await api.service.create({ ...who, callType: 'audio' });
  return { callId: state.callId, callerId, calleeId };
}

describe('a sweep', () => {
  it('ends the record of a call whose workflow is gone, and frees both lines', async () => {
    const { callId, callerId, calleeId } = await ringingCall();
    api.engine.terminate(callId);
    expect(await sweep(deps())).toEqual([callId]);
    const record = await api.store.reader.find(callId);
    expect(record?.state).toMatchObject({ status: 'ended', cause: 'unreachable' });
    const back = { callerId: calleeId, calleeId: callerId, terminalId: 'tablet' };
    const next = await api.service.create({ ...back, conversationId: '1', callType: 'audio' });
    expect(next.replayed).toBe(false);
    expect(await sweep(deps())).toEqual([]);
  });

  it('leaves calls alone that run, and those that may still start', async () => {
    const living = await ringingCall();
    const starting = await ringingCall();
    api.engine.terminate(starting.callId);
    expect(await sweep(deps(Date.now))).toEqual([]);
    expect(await sweep(deps())).toEqual([starting.callId]);
    const record = await api.store.reader.find(living.callId);
    expect(record?.state.status).toBe('calling');
  });

  it('does nothing while the engine cannot say what runs', async () => {
    const { callId } = await ringingCall();
    api.engine.terminate(callId);
    api.engine.mood = 'unavailable';
    expect(await sweep(deps())).toEqual([]);
    api.engine.mood = 'well';
    expect(await sweep(deps())).toEqual([callId]);
  });
});
