import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tokenOf } from '../../../src/contract/phone-token.js';
import { get, type PhoneApi, PUSH_SECRET, startPhoneApi } from './fixtures.js';
import { type Members, NO, type Placed, placed, push, recorded, YES } from './push-fixtures.js';

let api: PhoneApi;
beforeAll(async () => {
  api = await startPhoneApi();
});
afterAll(() => api.stop());

describe('whoever does not know the secret path', () => {
  it.each(['', 'a', `${PUSH_SECRET}x`, PUSH_SECRET.toUpperCase(), '..%2f'])(
    'finds nothing there: %j',
    async (secret) => {
      const call = await placed(api);
      const before = await call.now();
      const { status, text } = await push(
        call.there,
        'Hangup',
        { ...call.known, byetype: '3' },
        { secret },
      );
      expect(status).toBe(404);
      expect(text).not.toContain('statuscode');
      expect(await call.now()).toEqual(before);
    },
  );

  it('leaves no secret in the log', async () => {
    const call = await placed(api);
    await push(call.there, 'Hangup', { ...call.known, byetype: '3', caller: '13812345678' });
    await expect.poll(() => call.there.log()).toContain('yuntongxun:hangup');
    expect(call.there.log()).not.toContain(PUSH_SECRET);
    expect(call.there.log()).not.toContain('13812345678');
  });
});

describe('the question whether it may dial', () => {
  it('is answered yes for a call that is wanted, in its own format', async () => {
    const { there, known } = await placed(api);
    const asXml = await push(there, 'CallAuth', { action: 'CallAuth', ...known });
    expect([asXml.status, asXml.text]).toEqual([200, YES]);
    expect(asXml.headers.get('content-type')).toContain('application/xml');
    expect(asXml.headers.get('cache-control')).toBe('no-store');
    const asJson = await push(there, 'CallAuth', known, { format: 'json' });
    expect([asJson.status, asJson.text]).toEqual([200, '{"statuscode":"000000"}']);
    expect(asJson.headers.get('content-type')).toContain('application/json');
  });

  it('brings the id of a call whose placing was not answered', async () => {
    const call = await placed(api, false);
    expect((await call.now())?.providerCallId).toBeUndefined();
    expect((await push(call.there, 'CallAuth', call.known)).text).toBe(YES);
    expect((await call.now())?.providerCallId).toBe(call.known.callSid);
  });

  it.each<[what: string, prepare: (call: Placed) => Promise<Members>]>([
    [
      'a second dial for the same request',
      async ({ there, known }) => {
        await push(there, 'CallAuth', known);
        return { ...known, callSid: 'another-call' };
      },
    ],
    [
      'a call that is being cancelled',
      async ({ there, callId, caller, known }) => {
        await there.engine.command(callId, 'cancel', { user_id: caller, terminal_id: 'phone' });
        return known;
      },
    ],
    [
      'a call that is over',
      async ({ there, callId, known }) => {
        await there.engine.report(callId, { type: 'over', cause: 'cancelled' });
        return known;
      },
    ],
    [
      'a call with a token that was guessed',
      async ({ callId, known }) => ({ ...known, userData: tokenOf(callId, 'zzzzzzzzzzzzzzz') }),
    ],
    [
      'a token of no call',
      async ({ known }) => ({ ...known, userData: tokenOf(999_999_999, 'zzzzzzzzzzzzzzz') }),
    ],
    ['a token that is none', async ({ known }) => ({ ...known, userData: 'hello' })],
    ['no token, and an id nobody knows', async () => ({ callSid: 'of-somebody-else' })],
  ])('is answered no for %s', async (_what, prepare) => {
    const call = await placed(api);
    const { status, text } = await push(call.there, 'CallAuth', { ...(await prepare(call)) });
    expect([status, text]).toEqual([200, NO]);
  });

  it('is not answered with yes while nobody can be asked', async () => {
    const call = await placed(api);
    call.there.engine.mood = 'no-worker';
    expect((await push(call.there, 'CallAuth', call.known)).text).toBe(NO);
    call.there.engine.mood = 'unavailable';
    const { status, headers, text } = await push(call.there, 'CallAuth', call.known);
    expect([status, headers.get('retry-after'), text]).toEqual([503, '1', '']);
  });
});

describe('a push', () => {
  it('moves its call, and is acknowledged in the provider’s words', async () => {
    const call = await placed(api);
    const { there, known, callSid, caller } = call;
    expect((await push(there, 'CallEstablish', known)).text).toBe(YES);
    expect((await get(there, `callState/${callSid}`, caller)).body.data?.stateType).toBe('3');
    expect((await push(there, 'Hangup', { ...known, byetype: '4' })).text).toBe(YES);
    expect(await call.now()).toMatchObject({ status: 'ended', cause: 'hangup' });
  });

  it('of an end that our own no brought about leaves it cancelled, by whoever wished it', async () => {
    const call = await placed(api);
    const { there, known, callId, callSid, caller } = call;
    const cancelling = get(there, `callCancel/${callSid}`, caller);
    await expect.poll(async () => (await call.now())?.ending).toBeDefined();
    expect((await push(there, 'CallAuth', known)).text).toBe(NO);
    expect((await push(there, 'Hangup', { ...known, byetype: '-7' })).text).toBe(YES);
    const ended = { callId, status: 'cancelled', cause: 'cancelled', endedBy: caller };
    expect(await recorded(call)).toMatchObject(ended);
    expect((await cancelling).body).toMatchObject({ data: { isSuccess: 'success' } });
  });

  it('that comes again changes nothing, and is acknowledged again', async () => {
    const call = await placed(api);
    const hangup = { ...call.known, byetype: '4' };
    for (const [name, members] of [
      ['CallEstablish', call.known],
      ['Hangup', hangup],
    ] as const) {
      await push(call.there, name, members);
      const before = await recorded(call);
      for (let times = 0; times < 3; times += 1) {
        expect((await push(call.there, name, members)).text).toBe(YES);
      }
      expect(await recorded(call)).toEqual(before);
    }
    // By a process that has not seen the first one either.
    const before = await recorded(call);
    const other = await api.as({});
    expect((await push(other, 'Hangup', hangup)).text).toBe(YES);
    expect(await recorded(call)).toEqual(before);
  });

  it('of the end that comes before everything else implies it', async () => {
    const call = await placed(api, false);
    await push(call.there, 'Hangup', { ...call.known, byetype: '3', talkDuration: '7' });
    const ended = await recorded(call);
    expect(ended).toMatchObject({ status: 'ended', cause: 'hangup', endedBy: call.caller });
    expect((await push(call.there, 'CallEstablish', call.known)).status).toBe(200);
    expect((await recorded(call))?.cause).toBe('hangup');
  });

  it('of somebody who speaks after the end has that hung up, whichever leg it is', async () => {
    const call = await placed(api);
    await push(call.there, 'Hangup', { ...call.known, byetype: '-9' });
    const before = await recorded(call);
    const legs = [call.known.callSid, 'another-call', 'a-third-call'];
    for (const callSid of legs) {
      expect((await push(call.there, 'CallEstablish', { ...call.known, callSid })).text).toBe(YES);
    }
    const ofCall = call.there.engine.released.filter(({ callId }) => callId === call.callId);
    expect(ofCall.map(({ providerCallId }) => providerCallId)).toEqual(legs);
    expect(await recorded(call)).toEqual(before);
  });

  it('of somebody who speaks is heard each time, however alike: a stray leg is hung up again', async () => {
    const call = await placed(api);
    const { engine } = call.there;
    const done: string[] = [];
    const watched: typeof engine = {
      ...engine,
      hear: (callId, said) => {
        done.push(`hear ${said.providerCallId}`);
        return engine.hear(callId, said);
      },
      release: (state, leg) => {
        done.push(`release ${leg}`);
        return engine.release(state, leg);
      },
    };
    const there = await api.as({ deps: { engine: watched } });
    const stray = { ...call.known, callSid: 'a-stray-leg' };
    for (let times = 0; times < 2; times += 1) await push(there, 'CallEstablish', stray);
    expect(done).toEqual(['hear a-stray-leg', 'hear a-stray-leg']);
    const hangup = { ...call.known, byetype: '-9' };
    for (let times = 0; times < 2; times += 1) await push(there, 'Hangup', hangup);
    expect(done.slice(2)).toEqual([`hear ${call.known.callSid}`]);
    for (let times = 0; times < 2; times += 1) await push(there, 'CallEstablish', stray);
    expect(done.filter((what) => what === 'release a-stray-leg')).toHaveLength(2);
  });

  it('of another dial, or with another token, moves nothing', async () => {
    const call = await placed(api);
    const before = await call.now();
    const guessed = tokenOf(call.callId, 'zzzzzzzzzzzzzzz');
    for (const wrong of [{ callSid: 'another-call' }, { userData: guessed }, { userData: 'x' }]) {
      const members = { ...call.known, byetype: '3', ...wrong };
      expect((await push(call.there, 'Hangup', members)).text).toBe(YES);
    }
    expect(await call.now()).toEqual(before);
  });

  it('is not acknowledged, and taken the next time, while the engine is away', async () => {
    const call = await placed(api);
    const hangup = { ...call.known, byetype: '3' };
    for (const mood of ['unavailable', 'unknown'] as const) {
      call.there.engine.mood = mood;
      const { status, headers } = await push(call.there, 'Hangup', hangup);
      expect([status, headers.get('retry-after')]).toEqual([503, '1']);
    }
    call.there.engine.mood = 'well';
    expect((await push(call.there, 'Hangup', hangup)).text).toBe(YES);
    expect(await call.now()).toMatchObject({ cause: 'hangup' });
  });

  it.each([
    ['nothing', ''],
    ['a message that breaks off', '<request><callSid>1</callSid>'],
    ['no message', 'hello'],
    ['a list', '[]'],
    [
      'entities that grow',
      '<!DOCTYPE a [<!ENTITY b "c">]><request><callSid>&b;</callSid></request>',
    ],
  ])('that is %s is turned away', async (_what, body) => {
    const { there } = await placed(api);
    expect((await push(there, 'Hangup', {}, { body })).status).toBe(400);
  });
});
