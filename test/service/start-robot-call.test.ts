import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CallState } from '../../src/call/state.js';
import type { AdmissionAnswer, AdmissionRequest } from '../../src/ports/admission.js';
import type { StartCall } from '../../src/ports/call-engine.js';
import type { Dependencies } from '../../src/service/dependencies.js';
import type { StartRobotCall } from '../../src/service/start-robot-call.js';
import { aPlan } from '../support/robot-backend.js';
import { startTestApi, type TestApi } from '../support/test-api.js';

let api: TestApi;
let placings: StartCall[] = [];
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());
beforeEach(() => {
  placings = [];
  api.engine.mood = 'well';
  api.engine.onPlace = (call) => {
    placings.push(call);
    return { type: 'placed', providerCallId: `p-${call.state.callId}` };
  };
});

let lastRequest = 0;
const aRequest = (more: Partial<StartRobotCall> = {}): StartRobotCall => {
  lastRequest += 1;
  return { plan: aPlan(), roomIsOurs: false, fingerprint: `request-${lastRequest}`, ...more };
};
const withDeps = async (deps: Partial<Dependencies>) => (await api.alongside({ deps })).robotCalls;
const withEngine = (engine: Partial<Dependencies['engine']>) =>
  withDeps({ engine: { ...api.engine, ...engine } });
/** A service whose starts are lost on the way. */
const losing = () => withEngine({ start: async () => 'unknown' });

describe('starting a robot call', () => {
  it('asks the permission hook, before anything is reserved', async () => {
    const asked: AdmissionRequest[] = [];
    const plan = aPlan({ callees: ['ann', 'bob'], media: 'audio' });
    for (const [answer, kind] of [
      ['refused', 'forbidden'],
      ['unavailable', 'unavailable'],
    ] satisfies [AdmissionAnswer, string][]) {
      const admission = {
        ask: async (question: AdmissionRequest) => {
          asked.push(question);
          return answer;
        },
      };
      const reservations = {
        ...api.store.reservations,
        reserve: () => Promise.reject(new Error('nothing may be reserved')),
      };
      const service = await withDeps({ admission, reservations });
      expect(await service.start(aRequest({ plan }))).toEqual({ kind });
    }
    const question = { callerId: 'robot', calleeIds: ['ann', 'bob'] };
    expect(asked).toEqual(asked.map(() => ({ ...question, channel: 'robot', callType: 'audio' })));
    expect(asked).toHaveLength(2);
  });

  it('waits four seconds for its outcome, the start included, and one for its answer', async () => {
    let now = 1_000_000;
    const bounds: (number | undefined)[] = [];
    const service = await withDeps({
      now: () => now,
      engine: {
        ...api.engine,
        async start(_call, withinMs) {
          bounds.push(withinMs);
          now += 1_500;
          return 'started';
        },
        async placed(_callId, withinMs) {
          bounds.push(withinMs);
          return { kind: 'unknown' };
        },
      },
    });
    expect(await service.start(aRequest())).toEqual({ kind: 'unknown' });
    expect(bounds).toEqual([5_000, 3_500]);
  });

  it('gives back what it reserved when nothing was sent, and the request is free', async () => {
    const request = aRequest();
    const cut = await withEngine({ start: async () => 'unavailable' });
    expect(await cut.start(request)).toEqual({ kind: 'unavailable' });
    expect(await api.robotCalls.start(request)).toMatchObject({ kind: 'placed' });
    expect(placings).toHaveLength(1);
  });

  it('is not taken back when a repeat was quicker to start it', async () => {
    const request = aRequest();
    const outrun = await withEngine({
      async start() {
        expect(await api.robotCalls.start(request)).toMatchObject({ kind: 'placed' });
        return 'unavailable';
      },
    });
    expect(await outrun.start(request)).toEqual({ kind: 'unavailable' });
    expect(await api.robotCalls.start(request)).toMatchObject({ kind: 'placed' });
    expect(placings).toHaveLength(1);
  });

  it.each(['unavailable', 'refused'] as const)(
    'is the same start once it was admitted, though the permission hook is now %s',
    async (answer) => {
      const request = aRequest();
      const placed = await api.robotCalls.start(request);
      const asked: AdmissionRequest[] = [];
      const ask = async (question: AdmissionRequest) => {
        asked.push(question);
        return answer;
      };
      const service = await withDeps({ admission: { ask } });
      expect(await service.start(request)).toEqual(placed);
      expect(asked).toEqual([]);
      expect(await service.start(aRequest())).not.toMatchObject({ kind: 'placed' });
      expect(asked).toHaveLength(1);
      expect(placings).toHaveLength(1);
    },
  );

  it('is a group with a room of ours where the request says so', async () => {
    const plan = aPlan({ callees: ['ann', 'bob'], room: { id: 'room-x', kind: 'text' } });
    await api.robotCalls.start(aRequest({ plan, roomIsOurs: true }));
    expect(placings[0]?.state).toMatchObject({
      bizType: 'group',
      channel: 'robot',
      room: { name: 'room-x', kind: 'text', isOurs: true },
      ring: { timeoutMs: 30_000 },
      claimBy: (placings[0]?.state.createdAt ?? 0) + 65_000,
    });
  });
});

describe('a robot call whose start was lost', () => {
  it('is started by the repeat, in the room that was made up for the first', async () => {
    const first = aRequest({ plan: aPlan({ room: { id: 'room-first', kind: 'text' } }) });
    expect(await (await losing()).start(first)).toEqual({ kind: 'unknown' });
    const again = { ...first, plan: aPlan({ room: { id: 'room-second', kind: 'text' } }) };
    expect(await api.robotCalls.start(again)).toMatchObject({ kind: 'placed' });
    expect(placings.map(({ robot }) => robot?.room)).toEqual([{ id: 'room-first', kind: 'text' }]);
    expect(placings[0]?.state.room?.name).toBe('room-first');
  });

  it('keeps a room without a type as it was named', async () => {
    const first = aRequest({ plan: aPlan({ room: { id: '123' } }) });
    await (await losing()).start(first);
    await api.robotCalls.start(first);
    expect(placings.map(({ robot }) => robot?.room)).toEqual([{ id: '123' }]);
  });

  it('is the same call for a repeat that is quicker than its answer', async () => {
    const request = aRequest();
    const answers = await Promise.all([1, 2, 3].map(() => api.robotCalls.start(request)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(placings).toHaveLength(1);
  });

  it('stays unknown to a repeat that reaches nobody: the first start may ring', async () => {
    const request = aRequest();
    await (await losing()).start(request);
    const cut = await withEngine({ start: async () => 'unavailable' });
    expect(await cut.start(request)).toEqual({ kind: 'unknown' });
    expect(await api.robotCalls.start(request)).toMatchObject({ kind: 'placed' });
  });

  it('is free again once it came too late and ended as unreachable', async () => {
    const request = aRequest();
    await (await losing()).start(request);
    let late: StartCall | undefined;
    const tooLate = await withEngine({
      async start(call) {
        late = call;
        return 'started';
      },
      placed: async () => ({ kind: 'gone' }),
    });
    expect(await tooLate.start(request)).toEqual({ kind: 'unknown' });
    const state = late?.state;
    if (state === undefined) throw new Error('it was not started again');
    const ended = {
      status: 'ended',
      cause: 'unreachable',
      version: 2,
      endedAt: Date.now(),
    } as const;
    await api.store.records.write({ ...state, ...ended }, []);
    const next = await api.robotCalls.start(request);
    expect(next).toMatchObject({ kind: 'placed' });
    expect(next).not.toMatchObject({ callId: state.callId });
    expect(placings).toHaveLength(1);
  });

  it('is started again with the time of the first: after it, it rings nobody', async () => {
    const request = aRequest();
    const sent: number[] = [];
    const start: Dependencies['engine']['start'] = async ({ startBy }) => {
      sent.push(startBy);
      return 'unknown';
    };
    const engine = { ...api.engine, start };
    await (await withDeps({ engine })).start(request);
    await (await withDeps({ engine, now: () => Date.now() + 5_000 })).start(request);
    expect(sent).toEqual([sent[0], sent[0]]);
  });
});

describe('a robot call that the engine knows from another store', () => {
  it('is no call of ours: it is told of to nobody, and not claimed', async () => {
    const theirs = await api.robotCalls.start(aRequest());
    if (theirs.kind !== 'placed') throw new Error(theirs.kind);
    const asked: number[] = [];
    const service = await withEngine({
      start: async () => 'already-started',
      state: async () => api.engine.state(theirs.callId),
      async placed(callId) {
        asked.push(callId);
        return { kind: 'unknown' };
      },
    });
    const request = aRequest();
    await expect(service.start(request)).rejects.toThrow(/belongs to another store/);
    expect(asked).toEqual([]);
    const next = await api.robotCalls.start(request);
    expect(next).toMatchObject({ kind: 'placed' });
    expect(next).not.toMatchObject({ callId: theirs.callId });
  });

  it('is not claimed either where the engine does not say in time whose it is', async () => {
    const asked: string[] = [];
    const service = await withEngine({
      start: async () => 'already-started',
      state: async () => undefined,
      async placed() {
        asked.push('placed');
        return { kind: 'unknown' };
      },
    });
    expect(await service.start(aRequest())).toEqual({ kind: 'unknown' });
    expect(asked).toEqual([]);
  });
});

describe('a robot call that is gone from the engine', () => {
  /** Of which nothing can be seen, or only whose it was. */
  const gone = (seen: CallState[] = []) =>
    withEngine({ placed: async () => ({ kind: 'gone' }), state: async () => seen.shift() });

  it('is told from its record: which id it had', async () => {
    const request = aRequest();
    const placed = await api.robotCalls.start(request);
    const callId = placed.kind === 'placed' ? placed.callId : 0;
    const seen = [await api.engine.state(callId)].filter((state) => state !== undefined);
    expect(await (await gone(seen)).start(request)).toEqual(placed);
    expect(seen).toEqual([]);
  });

  it('is told from its record: that it was refused', async () => {
    api.engine.onPlace = () => ({ type: 'refused', code: 60011, info: 'too many requests' });
    expect(await (await gone()).start(aRequest())).toEqual({
      kind: 'refused',
      code: 60011,
      info: 'too many requests',
    });
  });

  it('is unknown while its record says neither', async () => {
    api.engine.onPlace = () => undefined;
    expect(await (await gone()).start(aRequest())).toEqual({ kind: 'unknown' });
  });
});

describe('a robot call by its provider’s id', () => {
  it('is unknown where nobody was told of it', async () => {
    expect(await api.robotCalls.read('p-nobody')).toBe('unknown');
    expect(await api.robotCalls.end('p-nobody')).toBe('unknown');
  });

  it('is ended once, and over for whoever comes later', async () => {
    const started = await api.robotCalls.start(aRequest());
    const id = started.kind === 'placed' ? started.providerCallId : '';
    expect(await api.robotCalls.read(id)).toMatchObject({ status: 'calling' });
    expect(await api.robotCalls.end(id)).toBe('ended');
    expect(await api.robotCalls.end(id)).toBe('over');
    expect(await api.robotCalls.read(id)).toBe('over');
  });

  it.each([
    ['gone', 'over'],
    ['unknown', 'again'],
    ['unavailable', 'again'],
  ] as const)('whose end is answered %s is %s', async (kind, answer) => {
    const service = await withEngine({ command: async () => ({ kind }) });
    const started = await service.start(aRequest());
    expect(await service.end(started.kind === 'placed' ? started.providerCallId : '')).toBe(answer);
  });
});
