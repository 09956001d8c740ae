import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { callIdOfSid } from '../../../src/contract/call-sid.js';
import { userToken } from '../../support/tokens.js';
import {
  freshNumber,
  freshUser,
  get,
  type PhoneApi,
  type PhoneApiOptions,
  reachable,
  startPhoneApi,
} from './fixtures.js';

let api: PhoneApi;
beforeAll(async () => {
  api = await startPhoneApi();
});
afterAll(() => api.stop());
const start = (options: PhoneApiOptions = {}): Promise<PhoneApi> => api.as(options);

const PARAMETERS = { returnCode: 400, returnMsg: '呼叫请求的参数有误,请联系管理员!' };
const SYSTEM = { returnCode: 500, returnMsg: '系统内部异常!' };

describe('a call that is placed', () => {
  it('is answered with its callSid, to the letter of the document', async () => {
    const there = await start();
    const [caller, callee] = [await reachable(there), await reachable(there)];
    const { status, headers, body } = await get(there, `call/${callee}`, caller);
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-type')).toMatch(/^application\/json/);
    expect(body).toStrictEqual({
      data: { callSid: expect.stringMatching(/^\d{32}$/) },
      returnCode: 200,
      returnMsg: 'success',
    });
    expect(Object.keys(body)).toStrictEqual(['data', 'returnCode', 'returnMsg']);
    const shanghai = new Date(Date.now() + 8 * 3_600_000).toISOString().replace(/\D/g, '');
    expect(body.data?.callSid?.slice(0, 8)).toBe(shanghai.slice(2, 10));
  });

  it('to the hotline needs no target', async () => {
    const there = await start();
    const { body } = await get(there, 'callService', await reachable(there));
    expect(body).toMatchObject({ returnCode: 200 });
    const callId = callIdOfSid(body.data?.callSid ?? '') ?? 0;
    expect((await there.engine.state(callId))?.parties.at(1)).toMatchObject({ userId: 'hotline' });
  });

  it('to the hotline is guarded by what the caller has, not by the kind of number it is', async () => {
    const sharedCost = { written: '400-123-4567', number: '+864001234567' };
    const there = await start({ plan: { hotline: sharedCost } });
    const caller = await reachable(there);
    expect((await get(there, 'callService', caller)).body).toMatchObject({ returnCode: 200 });
    const like = await reachable(there, sharedCost.number);
    for (const [path, userId] of [
      [`call/${like}`, await reachable(there)],
      ['callService', await reachable(there, '+864001234568')],
    ] as const) {
      expect((await get(there, path, userId)).body).toEqual(PARAMETERS);
    }
  });

  it('carries no phone number into the engine', async () => {
    const there = await start();
    const [phone, other] = [freshNumber(), freshNumber()];
    const [caller, callee] = [await reachable(there, phone), await reachable(there, other)];
    const { body } = await get(there, `call/${callee}`, caller);
    const state = await there.engine.state(callIdOfSid(body.data?.callSid ?? '') ?? 0);
    expect(state?.token).toHaveLength(15);
    expect(JSON.stringify(state)).not.toContain(phone.slice(3));
    expect(there.log()).not.toContain(phone.slice(3));
  });
});

const refusedBy = (there: PhoneApi, reason: string) => {
  there.answer = () => ({ type: 'refused', code: 1, info: reason, reason });
};

describe('the same call', () => {
  it('is the same callSid for a user who asks again, and for many at once', async () => {
    const there = await start();
    const [caller, callee] = [await reachable(there), await reachable(there)];
    const ask = () => get(there, `call/${callee}`, caller);
    const before = there.engine.carriedOut.length;
    const answers = await Promise.all(Array.from({ length: 10 }, ask));
    answers.push(await ask());
    expect(new Set(answers.map(({ body }) => body.data?.callSid)).size).toBe(1);
    const callId = callIdOfSid(answers[0]?.body.data?.callSid ?? '');
    expect(there.engine.carriedOut.filter((what) => what === `start ${callId}`)).toHaveLength(1);
    expect(there.engine.carriedOut.slice(before)).toHaveLength(1);
  });

  it('is a new one, which has to be admitted, where the first one died', async () => {
    let mayCall = true;
    const admission = { ask: async () => (mayCall ? 'allowed' : 'refused') } as const;
    let later = 0;
    const there = await start({ deps: { admission, now: () => Date.now() + later } });
    const [caller, callee] = [await reachable(there), await reachable(there)];
    const first = await get(there, `call/${callee}`, caller);
    later = 20_000;
    there.engine.terminate(callIdOfSid(first.body.data?.callSid ?? '') ?? 0);
    mayCall = false;
    const before = there.engine.carriedOut.length;
    expect((await get(there, `call/${callee}`, caller)).body).toEqual(PARAMETERS);
    expect(there.engine.carriedOut.slice(before)).toEqual([]);
    mayCall = true;
    const again = await get(there, `call/${callee}`, caller);
    expect(again.body).toMatchObject({ returnCode: 200 });
    expect(again.body.data?.callSid).not.toBe(first.body.data?.callSid);
  });

  it('is the same for fifteen seconds although it is over, and another one later', async () => {
    let later = 0;
    const there = await start({ deps: { now: () => Date.now() + later } });
    const [caller, callee] = [await reachable(there), await reachable(there)];
    const ask = async () => (await get(there, `call/${callee}`, caller)).body.data?.callSid;
    const first = await ask();
    await there.engine.report(callIdOfSid(first ?? '') ?? 0, { type: 'over', cause: 'cancelled' });
    later = 14_000;
    expect(await ask()).toBe(first);
    later = 15_500;
    expect(await ask()).not.toBe(first);
  });

  it('is not one that the provider refused: that rang nobody', async () => {
    const there = await start();
    const [caller, callee] = [await reachable(there), await reachable(there)];
    refusedBy(there, 'not_sent');
    expect((await get(there, `call/${callee}`, caller)).body).toStrictEqual(SYSTEM);
    there.answer = (providerCallId) => ({ type: 'placed', providerCallId });
    expect((await get(there, `call/${callee}`, caller)).body.returnCode).toBe(200);
  });

  it('is answered with its callSid, never 500, once a request may have left', async () => {
    const there = await start();
    const [caller, callee] = [await reachable(there), await reachable(there)];
    there.engine.mood = 'unknown';
    const first = (await get(there, `call/${callee}`, caller)).body;
    expect(first.returnCode).toBe(200);
    there.engine.mood = 'unavailable';
    expect((await get(there, `call/${callee}`, caller)).body).toStrictEqual(first);
  });
});

describe('a call id that the engine knows from another store', () => {
  it('is no call of ours: nobody is told of it, and no line is held', async () => {
    const there = await start();
    const [caller, callee] = [await reachable(there), await reachable(there)];
    const theirs = await get(there, `call/${await reachable(there)}`, await reachable(there));
    const theirId = callIdOfSid(theirs.body.data?.callSid ?? '') ?? 0;
    const engine = {
      ...there.engine,
      start: async () => 'already-started' as const,
      state: async () => there.engine.state(theirId),
    };
    const foreign = await there.as({ deps: { engine } });
    expect((await get(foreign, `call/${callee}`, caller)).body).toStrictEqual(SYSTEM);
    const again = await get(there, `call/${callee}`, caller);
    expect(again.body).toMatchObject({ returnCode: 200 });
    expect(there.engine.carriedOut).toContain(
      `start ${callIdOfSid(again.body.data?.callSid ?? '')}`,
    );
  });

  it('is asked for nothing where the engine does not say in time whose it is', async () => {
    const there = await start();
    const [caller, callee] = [await reachable(there), await reachable(there)];
    const asked: string[] = [];
    const engine: typeof there.engine = {
      ...there.engine,
      start: async () => 'already-started',
      async state() {
        asked.push('state');
        return undefined;
      },
      async placed() {
        asked.push('placed');
        return { kind: 'unknown' };
      },
    };
    const { body } = await get(await there.as({ deps: { engine } }), `call/${callee}`, caller);
    expect(body).toMatchObject({ returnCode: 200, data: { callSid: expect.any(String) } });
    expect(asked).toEqual(['state']);
  });
});

describe('nobody is rung', () => {
  it.each([
    { purpose: 'prefetch' },
    { 'sec-purpose': 'prefetch;prerender' },
    { 'x-moz': 'prefetch' },
    { 'x-purpose': 'preview' },
  ])('by a browser that only thinks of it: %o', async (headers) => {
    const there = await start();
    const [caller, callee] = [await reachable(there), await reachable(there)];
    const before = there.engine.carriedOut.length;
    for (const path of [`call/${callee}`, 'callService']) {
      const { body } = await get(there, path, caller, headers as Record<string, string>);
      expect(body).toStrictEqual(PARAMETERS);
    }
    expect(there.engine.carriedOut.length).toBe(before);
  });

  it.each(['HEAD', 'POST', 'PUT', 'OPTIONS'])('by %s', async (method) => {
    const there = await start();
    for (const path of ['call/1', 'call/%zz', 'callService', 'callCancel/1', 'callState/1']) {
      const { status, headers } = await fetch(`${there.url}/v1/app/${path}`, { method });
      expect(status).toBe(405);
      expect(headers.get('allow')).toBe('GET');
    }
  });

  it('by HEAD of somebody who may call', async () => {
    const there = await start();
    const [caller, callee] = [await reachable(there), await reachable(there)];
    const before = there.engine.carriedOut.length;
    for (const path of [`call/${callee}`, 'callService']) {
      const url = `${there.url}/v1/app/${path}?access_token=${await userToken(caller)}`;
      expect((await fetch(url, { method: 'HEAD' })).status).toBe(405);
    }
    expect(there.engine.carriedOut.slice(before)).toEqual([]);
  });
});

describe('while the store is away', () => {
  let alone: PhoneApi;
  const callSids: string[] = [];
  const callers: string[] = [];
  beforeAll(async () => {
    alone = await startPhoneApi();
    for (let nth = 0; nth < 3; nth += 1) {
      const caller = await reachable(alone);
      const { body } = await get(alone, `call/${await reachable(alone)}`, caller);
      callers.push(caller);
      callSids.push(body.data?.callSid ?? '');
    }
    await alone.store.close();
  });
  beforeEach(() => {
    alone.engine.mood = 'well';
  });
  afterAll(() => alone.close(0));

  const ask = (nth: number, route: 'callState' | 'callCancel') =>
    get(alone, `${route}/${callSids[nth]}`, callers[nth]);
  const callIdOf = (nth: number) => callIdOfSid(callSids[nth] ?? '') ?? 0;

  it('nobody is rung anew', async () => {
    for (const path of ['callService', `call/${freshUser()}`]) {
      expect((await get(alone, path, callers[0])).body).toStrictEqual(SYSTEM);
    }
  });

  it('a call that lives can be looked at and cancelled', async () => {
    expect((await ask(0, 'callState')).body).toMatchObject({ data: { stateType: '2' } });
    const cancelling = ask(0, 'callCancel');
    await expect.poll(async () => (await alone.engine.state(callIdOf(0)))?.ending).toBeDefined();
    await alone.engine.report(callIdOf(0), { type: 'over', cause: 'cancelled' });
    expect((await cancelling).body).toMatchObject({ data: { isSuccess: 'success' } });
  });

  it.each<[what: string, nth: number, lose: () => void]>([
    ['is away, too', 1, () => void (alone.engine.mood = 'unavailable')],
    ['knows it no more', 2, () => alone.engine.terminate(callIdOf(2))],
  ])('nothing is said of a call where the engine %s', async (_what, nth, lose) => {
    lose();
    for (const route of ['callState', 'callCancel'] as const) {
      expect((await ask(nth, route)).body).toStrictEqual(SYSTEM);
    }
  });
});
