import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dependencies } from '../../../src/service/dependencies.js';
import { timed } from '../../support/timed.js';
import { get, type PhoneApi, reachable, startPhoneApi } from './fixtures.js';

const SYSTEM = { returnCode: 500, returnMsg: '系统内部异常!' };
const ANSWER_WITHIN_MS = 5_000;

async function ask(there: PhoneApi, path: string, caller: string) {
  const { answer, ms, slackMs } = await timed(get(there, path, caller));
  expect(ms - slackMs).toBeLessThan(ANSWER_WITHIN_MS);
  return answer.body;
}

/** Each within its own bound, and the rest as it is. */
interface Slow {
  readonly hookMs?: number;
  readonly switchMs?: number;
  readonly reserveMs?: number;
}

const slow = (
  { store: { phoneReservations } }: PhoneApi,
  { hookMs = 0, switchMs = 0, reserveMs = 0 }: Slow,
): Partial<Dependencies> => ({
  admission: {
    async ask() {
      await pause(hookMs);
      return 'allowed';
    },
  },
  phoneReservations: {
    ...phoneReservations,
    async reserve(...what) {
      await pause(reserveMs);
      return phoneReservations.reserve(...what);
    },
    dialling: {
      ...phoneReservations.dialling,
      async isOn() {
        await pause(switchMs);
        return phoneReservations.dialling.isOn();
      },
    },
  },
});

const TOO_SLOW: readonly [what: string, how: Slow][] = [
  ['switch, hook and store', { switchMs: 1_400, hookMs: 2_000, reserveMs: 2_000 }],
  ['the store', { reserveMs: 3_500 }],
];

describe('within five seconds', () => {
  let api: PhoneApi;
  const callers: string[] = [];
  let answers: readonly unknown[];
  let first: unknown;
  let again: unknown;
  let started: readonly string[];
  /** All at once: they mostly wait. */
  beforeAll(async () => {
    api = await startPhoneApi();
    const [caller, callee] = [await reachable(api), await reachable(api)];
    first = await ask(api, `call/${callee}`, caller);
    const before = api.engine.carriedOut.length;
    const askSlowly = async ([, how]: (typeof TOO_SLOW)[number]) => {
      const there = await api.as({ deps: slow(api, how) });
      const [one, other] = [await reachable(there), await reachable(there)];
      callers.push(one);
      return ask(there, `call/${other}`, one);
    };
    const store = await api.as({ deps: slow(api, { reserveMs: 3_500 }) });
    [again, ...answers] = await Promise.all([
      ask(store, `call/${callee}`, caller),
      ...TOO_SLOW.map(askSlowly),
    ]);
    // What was under way then may still be booked, and is given back.
    await pause(1_000);
    started = api.engine.carriedOut.slice(before);
  });
  afterAll(() => api.stop());

  it.each(TOO_SLOW.map(([what], nth) => [what, nth] as const))(
    'whoever asks is told that nobody rings where %s took too long',
    (_what, nth) => {
      expect(answers[nth]).toStrictEqual(SYSTEM);
      expect(started).toEqual([]);
    },
  );

  it('whoever asks again is told of the call that lives, however slow the store is', () => {
    expect(first).toMatchObject({ returnCode: 200 });
    expect(again).toStrictEqual(first);
  });

  it('nobody is left in a call that was not placed', async () => {
    for (const caller of callers) {
      const call = async () => (await ask(api, `call/${await reachable(api)}`, caller)).returnCode;
      // A call that never started would be in the way for ten seconds.
      await expect.poll(call, { timeout: 4_000 }).toBe(200);
    }
  });
});
