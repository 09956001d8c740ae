import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isOver } from '../../src/call/state.js';
import type { StartOutcome } from '../../src/ports/call-engine.js';
import { START_WITHIN_MS } from '../../src/service/create-call.js';
import type { Dependencies } from '../../src/service/dependencies.js';
import { settleCall } from '../../src/service/settle-call.js';
import { startTestApi, type TestApi } from '../support/test-api.js';
import { timed } from '../support/timed.js';
import { aRequest, someone, tried } from './fixtures.js';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());
beforeEach(() => {
  api.engine.mood = 'well';
});

const withDeps = async (deps: Partial<Dependencies>) => (await api.alongside({ deps })).service;
/** A service whose starts are lost on the way. */
const losing = () => withDeps({ engine: { ...api.engine, start: async () => 'unknown' } });
const later = () => withDeps({ now: () => Date.now() + START_WITHIN_MS + 1 });

describe('a create whose start was lost', () => {
  it('leaves its idempotency key to a new call, once it can never ring', async () => {
    const request = aRequest({ idempotency: { key: 'k1', bodyHash: 'h' } });
    expect(await tried(await losing(), request)).toBe(50401);
    expect(await tried(await later(), request)).toMatchObject({
      replayed: false,
      state: { status: 'calling' },
    });
  });

  it('still supersedes the former call when it is repeated', async () => {
    const callerId = someone();
    const former = await api.service.create(aRequest({ callerId }));
    const request = aRequest({ callerId });
    expect(await tried(await losing(), request)).toBe(50401);
    expect(await tried(api.service, request)).toMatchObject({ replayed: true });
    expect((await api.engine.state(former.state.callId))?.cause).toBe('superseded');
  });

  it('gives the line it took over back to the conversation that goes on', async () => {
    const request = aRequest();
    const { state } = await api.service.create(request);
    const callee = { userId: request.calleeId, terminalId: 'callee-phone' };
    await api.service.accept(state.callId, callee);
    const superseding = aRequest({ callerId: request.callerId });
    expect(await tried(await losing(), superseding)).toBe(50401);
    const toCaller = aRequest({ calleeId: request.callerId });
    expect(await tried(await later(), toCaller)).toBe(41003);
    expect((await api.engine.state(state.callId))?.status).toBe('accepted');
  });

  it('is no success when the repeated start came too late to ring', async () => {
    const request = aRequest();
    expect(await tried(await losing(), request)).toBe(50401);
    let now = Date.now();
    const late = await withDeps({
      now: () => now,
      engine: {
        ...api.engine,
        async start() {
          now += START_WITHIN_MS + 1;
          return 'started';
        },
      },
    });
    expect(await tried(late, request)).toBe(50401);
  });

  it('is no success when the first start was taken too late to ring', async () => {
    const request = aRequest();
    expect(await tried(await losing(), request)).toBe(50401);
    const reserved = await api.store.reader.ringingFor(request.calleeId);
    const ended = reserved.map(({ state }) => ({ ...state, cause: 'unreachable' as const }))[0];
    let taken = false;
    const slow = await withDeps({
      engine: {
        ...api.engine,
        async start() {
          taken = true;
          return 'already-started';
        },
        state: async () => (taken ? ended : undefined),
      },
    });
    expect(ended).toBeDefined();
    expect(await tried(slow, request)).toBe(50401);
  });

  it('is never answered 50301 when it is repeated: the first start may ring', async () => {
    const request = aRequest();
    expect(await tried(await losing(), request)).toBe(50401);
    const cut = await withDeps({ engine: { ...api.engine, start: async () => 'unavailable' } });
    expect(await tried(cut, request)).toBe(50401);
  });
});

describe('settling', () => {
  it('does not replace an end that was written meanwhile by a guess', async () => {
    const request = aRequest();
    const { state } = await api.service.create(request);
    const before = await api.store.reader.find(state.callId);
    if (before === undefined) throw new Error('not recorded');
    const engine = {
      ...api.engine,
      presence: async () => {
        const caller = { userId: request.callerId, terminalId: 'phone' };
        await api.service.cancel(state.callId, caller);
        return 'closed' as const;
      },
    };
    const now = () => Date.now() + START_WITHIN_MS + 1;
    await settleCall({ engine, records: api.store.records, reader: api.store.reader, now }, before);
    const after = await api.store.reader.find(state.callId);
    expect(after?.state).toMatchObject({ status: 'cancelled', cause: 'cancelled' });
  });

  it('heals two dead lines for one create', async () => {
    const [caller, callee] = [someone(), someone()];
    const dead = [
      await api.service.create(aRequest({ callerId: caller })),
      await api.service.create(aRequest({ callerId: callee })),
    ];
    for (const { state } of dead) api.engine.terminate(state.callId);
    const request = aRequest({ callerId: caller, calleeId: callee, terminalId: 'tablet' });
    expect(await tried(await later(), request)).toMatchObject({ replayed: false });
  });
});

describe('an answer to a create', () => {
  it('comes within three seconds from an engine that is silent throughout', async () => {
    const request = aRequest();
    await tried(await losing(), request);
    const after = <T>(ms: number, value: T) =>
      new Promise<T>((resolve) => setTimeout(() => resolve(value), ms));
    const silent = await withDeps({
      engine: {
        ...api.engine,
        start: (_call, withinMs = 2_500) => after<StartOutcome>(withinMs, 'unknown'),
        state: (_call, withinMs = 500) => after(withinMs, undefined),
        presence: (_call, withinMs = 500) => after(withinMs, 'unknown' as const),
      },
    });
    const { answer, ms, slackMs } = await timed(tried(silent, request));
    expect(answer).toBe(50401);
    expect(ms).toBeLessThan(3_000 + slackMs);
  });
});

describe('a call id that the engine knows from another store', () => {
  it('is no call of ours: the create fails and leaves no line', async () => {
    const theirs = (await api.service.create(aRequest())).state;
    const service = await withDeps({
      engine: {
        ...api.engine,
        start: async () => 'already-started',
        state: async () => theirs,
      },
    });
    const request = aRequest();
    await expect(service.create(request)).rejects.toThrow(/belongs to another store/);
    expect(await tried(api.service, request)).toMatchObject({ replayed: false });
    expect(isOver(theirs)).toBe(false);
  });
});
