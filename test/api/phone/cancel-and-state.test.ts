import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProviderReport } from '../../../src/call/events.js';
import { newCall } from '../../../src/call/new-call.js';
import { callIdOfSid, callSidOf } from '../../../src/contract/call-sid.js';
import type { CallEngine } from '../../../src/ports/call-engine.js';
import type { EngineMood } from '../../support/engine-in-memory.js';
import { get, type PhoneApi, type PhoneApiOptions, reachable, startPhoneApi } from './fixtures.js';

let api: PhoneApi;
beforeAll(async () => {
  api = await startPhoneApi();
});
afterAll(() => api.stop());
const start = (options: PhoneApiOptions = {}): Promise<PhoneApi> => api.as(options);

const NO_USER = { returnCode: 400, returnMsg: '用户信息有误!' };
const NOT_CANCELLED = { returnCode: 400, returnMsg: '取消呼叫失败!' };
const SYSTEM = { returnCode: 500, returnMsg: '系统内部异常!' };
const CANCELLED = { data: { isSuccess: 'success' }, returnCode: 200, returnMsg: 'success' };
const stateType = (type: string) => ({
  data: { stateType: type },
  returnCode: 200,
  returnMsg: 'success',
});

const stage = (of: 'caller_ringing' | 'callee_ringing'): ProviderReport => ({
  type: 'stage',
  stage: of,
});
const bridged: ProviderReport = { type: 'bridged' };
const over: ProviderReport = { type: 'over', cause: 'cancelled' };

interface Rung {
  readonly there: PhoneApi;
  readonly caller: string;
  readonly callee: string;
  readonly callSid: string;
  readonly callId: number;
}

/** A call of which the provider has said this much. */
async function rung(said: readonly ProviderReport[], isPlaced = true): Promise<Rung> {
  const there = await start();
  if (!isPlaced) there.answer = () => undefined;
  const [caller, callee] = [await reachable(there), await reachable(there)];
  const { body } = await get(there, `call/${callee}`, caller);
  const callSid = body.data?.callSid ?? '';
  const callId = callIdOfSid(callSid) ?? 0;
  for (const report of said) await there.engine.report(callId, report);
  return { there, caller, callee, callSid, callId };
}

describe('callState', () => {
  it.each<[what: string, type: string, said: readonly ProviderReport[], isPlaced: boolean]>([
    ['that the provider has not acknowledged yet', '1', [], false],
    ['that the provider has acknowledged', '2', [], true],
    ['whose first phone rings', '2', [stage('caller_ringing')], true],
    ['whose second phone rings', '2', [stage('callee_ringing')], true],
    [
      'of which a late stage is heard',
      '2',
      [stage('callee_ringing'), stage('caller_ringing')],
      true,
    ],
    ['that is talked in', '3', [bridged], true],
    ['that was talked in', '4', [bridged, { type: 'over', cause: 'hangup' }], true],
    ['that nobody answered', '4', [{ type: 'over', cause: 'no_answer' }], true],
    ['that was lost', '4', [{ type: 'over', cause: 'provider_lost' }], true],
  ])('of a call %s is "%s"', async (_what, type, said, isPlaced) => {
    const { there, caller, callSid } = await rung(said, isPlaced);
    const { status, headers, body } = await get(there, `callState/${callSid}`, caller);
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toStrictEqual(stateType(type));
  });

  it('is read from the record while the engine is away', async () => {
    const { there, caller, callSid } = await rung([bridged]);
    there.engine.mood = 'unavailable';
    expect((await get(there, `callState/${callSid}`, caller)).body).toStrictEqual(stateType('3'));
  });
});

describe('a callSid that is not one’s own', () => {
  it.each<[what: string, sid: (call: Rung) => string, by: 'caller' | 'callee' | 'stranger']>([
    ['of somebody else', ({ callSid }) => callSid, 'stranger'],
    ['of the one who calls us', ({ callSid }) => callSid, 'callee'],
    ['of another time', ({ callSid }) => `0${callSid.slice(1)}`, 'caller'],
    ['of no call', () => callSidOf(999_999_999, Date.now()), 'caller'],
    ['of another shape', () => '16090510160925480001030600243044x', 'caller'],
    ['that is empty of digits', () => 'abc', 'caller'],
    ['longer than any number', () => '9'.repeat(32), 'caller'],
    ['that cannot be decoded', () => '%zz', 'caller'],
    ['that is no text', () => '%ff', 'caller'],
  ])('%s is nobody’s business', async (_what, sidOf, by) => {
    const call = await rung([]);
    const { there } = call;
    const userId = by === 'stranger' ? await reachable(there) : call[by];
    const before = there.engine.carriedOut.length;
    for (const path of ['callState', 'callCancel']) {
      const { status, body } = await get(there, `${path}/${sidOf(call)}`, userId);
      expect(status).toBe(200);
      expect(body).toStrictEqual(NO_USER);
    }
    expect(there.engine.carriedOut.length).toBe(before);
  });

  it('is also that of a call that is no phone call', async () => {
    const { there, caller } = await rung([]);
    const state = newCall(
      {
        callId: await there.store.reservations.nextCallId(),
        channel: 'rtc',
        callType: 'audio',
        bizType: 'single',
        caller: { userId: caller, terminalId: 'phone' },
        calleeIds: [await reachable(there)],
        ringTimeoutMs: 30_000,
        limits: { maxDurationMs: 60_000, allLeftGraceMs: 30_000 },
      },
      Date.now(),
    );
    await there.engine.start({ state, startBy: Date.now() + 10_000 });
    const sid = callSidOf(state.callId, state.createdAt);
    for (const path of ['callState', 'callCancel']) {
      expect((await get(there, `${path}/${sid}`, caller)).body).toStrictEqual(NO_USER);
    }
    expect(await there.engine.state(state.callId)).toMatchObject({ status: 'calling' });
  });
});

describe('callCancel', () => {
  /** What the provider makes of the wish, once it stands. */
  async function cancelled(call: Rung, answer: ProviderReport | undefined) {
    const { there, callId, callSid, caller } = call;
    const cancelling = get(there, `callCancel/${callSid}`, caller);
    await expect.poll(async () => (await there.engine.state(callId))?.ending).toBeDefined();
    if (answer !== undefined) await there.engine.report(callId, answer);
    return (await cancelling).body;
  }

  it('is a success once the provider has confirmed it', async () => {
    const call = await rung([stage('callee_ringing')]);
    expect(await cancelled(call, over)).toStrictEqual(CANCELLED);
    expect(await call.there.engine.state(call.callId)).toMatchObject({ status: 'cancelled' });
  });

  it('fails where somebody answered first: the wish is dropped, and they speak', async () => {
    const call = await rung([stage('callee_ringing')]);
    expect(await cancelled(call, { type: 'guard-refused' })).toStrictEqual(NOT_CANCELLED);
    const state = await call.there.engine.state(call.callId);
    expect(state?.status).toBe('calling');
    expect(state?.ending).toBeUndefined();
  });

  it('fails where the provider says nothing for five seconds, and the wish stays', async () => {
    const call = await rung([]);
    const begun = performance.now();
    expect(await cancelled(call, undefined)).toStrictEqual(NOT_CANCELLED);
    expect(performance.now() - begun).toBeGreaterThan(4_000);
    const { there, caller, callSid, callId } = call;
    expect((await there.engine.state(callId))?.ending).toMatchObject({ by: caller });
    await there.engine.report(callId, over);
    expect((await get(there, `callCancel/${callSid}`, caller)).body).toStrictEqual(CANCELLED);
  });

  it('of a call that was not placed yet stands until it is', async () => {
    const call = await rung([], false);
    const { there, callId } = call;
    const cancelling = get(there, `callCancel/${call.callSid}`, call.caller);
    await expect.poll(async () => (await there.engine.state(callId))?.ending).toBeDefined();
    await there.engine.report(callId, { type: 'placed', providerCallId: 'ytx-late' });
    await there.engine.report(callId, over);
    expect((await cancelling).body).toStrictEqual(CANCELLED);
  });

  it('of a conversation fails, and changes nothing', async () => {
    const { there, caller, callSid, callId } = await rung([bridged]);
    const before = await there.engine.state(callId);
    expect((await get(there, `callCancel/${callSid}`, caller)).body).toStrictEqual(NOT_CANCELLED);
    expect(await there.engine.state(callId)).toEqual(before);
  });

  it.each<[what: string, said: readonly ProviderReport[]]>([
    ['cancelled', [over]],
    ['talked in', [bridged, { type: 'over', cause: 'hangup' }]],
    ['refused', [{ type: 'over', cause: 'provider_failed' }]],
  ])('of a call that was %s is a success, as often as it is asked for', async (_what, said) => {
    const { there, caller, callSid } = await rung(said);
    for (let times = 0; times < 2; times += 1) {
      expect((await get(there, `callCancel/${callSid}`, caller)).body).toStrictEqual(CANCELLED);
    }
  });

  it.each<[mood: EngineMood, answer: object]>([
    ['unavailable', SYSTEM],
    ['no-worker', NOT_CANCELLED],
    ['unknown', NOT_CANCELLED],
  ])('while the engine is %s is answered %o', async (mood, answer) => {
    const { there, caller, callSid } = await rung([]);
    there.engine.mood = mood;
    expect((await get(there, `callCancel/${callSid}`, caller)).body).toStrictEqual(answer);
  });

  /** A call that is booked, and whose start was sent and has not arrived. */
  async function underway() {
    const call = await rung([], false);
    const { there, callId } = call;
    const start = await there.store.reader.find(callId);
    if (start === undefined) throw new Error('no record');
    there.engine.terminate(callId);
    let dials = 0;
    there.answer = (providerCallId) => {
      dials += 1;
      return { type: 'placed', providerCallId };
    };
    const late = { ...start, phone: { polls: false } };
    return { ...call, land: () => there.engine.start(late), dials: () => dials };
  }

  it('of a call whose start is still on its way holds: it rings nobody when it lands', async () => {
    const { there, caller, callSid, callId, land, dials } = await underway();
    expect((await get(there, `callCancel/${callSid}`, caller)).body).toStrictEqual(CANCELLED);
    expect(await land()).toBe('already-started');
    const record = (await there.store.reader.find(callId))?.state;
    expect(record).toMatchObject({ status: 'cancelled', endedBy: caller, version: 2 });
    expect(dials()).toBe(0);
    expect((await get(there, `callState/${callSid}`, caller)).body).toStrictEqual(stateType('4'));
  });

  it('of a call whose start lands just then is the one of that call', async () => {
    const { there, caller, callSid, callId, land } = await underway();
    let isLanded = false;
    const command: CallEngine['command'] = async (...sent) => {
      if (isLanded) return there.engine.command(...sent);
      isLanded = true;
      await land();
      return { kind: 'gone' };
    };
    const other = await there.as({ deps: { engine: { ...there.engine, command } } });
    const cancelling = get(other, `callCancel/${callSid}`, caller);
    await expect.poll(async () => (await there.engine.state(callId))?.ending).toBeDefined();
    await there.engine.report(callId, over);
    expect((await cancelling).body).toStrictEqual(CANCELLED);
    // The one that was lost, and the one that landed.
    const starts = there.engine.carriedOut.filter((what) => what === `start ${callId}`);
    expect(starts).toHaveLength(2);
  });

  it('of a call of which nothing is known for five seconds fails: it may still ring', async () => {
    const { there, caller, callSid } = await underway();
    there.engine.mood = 'unknown';
    expect((await get(there, `callCancel/${callSid}`, caller)).body).toStrictEqual(NOT_CANCELLED);
  });

  it('by a browser that only thinks of it cancels nothing', async () => {
    const { there, caller, callSid, callId } = await rung([]);
    const headers = { 'sec-purpose': 'prefetch' };
    const { body } = await get(there, `callCancel/${callSid}`, caller, headers);
    expect(body).toStrictEqual(NOT_CANCELLED);
    expect((await there.engine.state(callId))?.ending).toBeUndefined();
  });
});
