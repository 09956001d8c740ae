import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallState } from '../../src/call/state.js';
import { PROVIDER_REPORT_SIGNAL } from '../../src/contract/names.js';
import { byCallee, byCaller, CALLEE, CALLER, type CallOptions } from '../support/calls.js';
import { AT_WORK_MS, type LeapingServer, leapingServer } from '../support/leaping-server.js';
import { byApp, PLACED, pushed } from '../support/phone-calls.js';
import {
  answerCancels,
  BACKSTOP_MS,
  bridge,
  DECLINED,
  isAbout,
  MINUTE_MS,
  phonesOn,
  push,
  RECONCILE_MS,
  RECORD_MS,
  RING_GRACE_MS,
  RING_MS,
  rungAt,
  SILENT,
  spanOf,
} from '../support/phone-spans.js';
import {
  createTelephonyInMemory,
  PHONE_CALL_ID,
  type TelephonyInMemory,
} from '../support/telephony-in-memory.js';

const HOUR_MS = 3_600_000;

let server: LeapingServer;
beforeAll(async () => {
  server = await leapingServer();
});
afterAll(() => server?.stop());

const play = (
  options: CallOptions,
  signals: readonly (readonly [string, object])[],
): Promise<CallState> =>
  server.play(options, async (call) => {
    for (const [name, payload] of signals) await call.signal(name, payload);
  });

const joined = { stage: 'joined' };
const left = { stage: 'left' };

describe('a deadline', () => {
  it('ends a call that nobody answers, when its ring is over', async () => {
    const state = await play({ ringTimeoutMs: 600_000 }, []);
    expect(state).toMatchObject({ status: 'ended', cause: 'no_answer' });
    expect(spanOf(state, state.ring.until)).toBeGreaterThanOrEqual(0);
    expect(spanOf(state, state.ring.until)).toBeLessThan(AT_WORK_MS);
  });

  it('ends a conversation at its maximum duration, four hours after acceptance', async () => {
    const state = await play({}, [
      ['accept', byCallee],
      ['media-state', { ...byCaller, ...joined }],
    ]);
    expect(state).toMatchObject({ status: 'ended', cause: 'max_duration' });
    const lasted = spanOf(state, state.acceptedAt);
    expect(lasted).toBeGreaterThanOrEqual(4 * HOUR_MS);
    expect(lasted).toBeLessThan(4 * HOUR_MS + AT_WORK_MS);
  });

  it('ends a call that everybody left, after the grace time', async () => {
    const state = await play({}, [
      ['accept', byCallee],
      ['media-state', { ...byCaller, ...joined }],
      ['media-state', { ...byCallee, ...joined }],
      ['media-state', { ...byCaller, ...left }],
      ['media-state', { ...byCallee, ...left }],
    ]);
    expect(state).toMatchObject({ status: 'ended', cause: 'all_left' });
    expect(spanOf(state, state.startedAt)).toBeGreaterThanOrEqual(30_000);
    expect(spanOf(state, state.startedAt)).toBeLessThan(30_000 + AT_WORK_MS);
  });

  it('ends an accepted call that nobody joins, where joining is required', async () => {
    const limits = { maxDurationMs: 4 * HOUR_MS, allLeftGraceMs: 30_000, connectMs: 20_000 };
    const state = await play({ limits }, [['accept', byCallee]]);
    expect(state).toMatchObject({ status: 'ended', cause: 'media_timeout' });
    expect(spanOf(state, state.acceptedAt)).toBeGreaterThanOrEqual(20_000);
    expect(spanOf(state, state.acceptedAt)).toBeLessThan(20_000 + AT_WORK_MS);
  });

  it('does not end a conversation because one side fell silent', async () => {
    const state = await play({}, [
      ['accept', byCallee],
      ['media-state', { ...byCaller, ...joined }],
      ['media-state', { ...byCallee, ...joined }],
      ['media-state', { ...byCallee, ...left }],
    ]);
    expect(state).toMatchObject({ cause: 'max_duration' });
  });
});

const playPhones = phonesOn(() => server);

describe('a two-way callback', () => {
  it('that is talked in lasts until its provider says that it is over', async () => {
    const telephony = createTelephonyInMemory();
    const state = await playPhones(telephony, async (call) => {
      await expect.poll(() => telephony.asked).toEqual([PLACED]);
      await bridge(call);
      await call.wait(50 * MINUTE_MS);
      await push(call, { type: 'over', cause: 'hangup', by: 'callee' });
    });
    expect(state).toMatchObject({ status: 'ended', cause: 'hangup', endedBy: CALLEE });
    isAbout(spanOf(state, state.acceptedAt), 50 * MINUTE_MS);
    expect(telephony.requests).toEqual([PLACED]);
  });

  it('whose callee never answers is asked about, and ended unless somebody answers', async () => {
    const telephony = createTelephonyInMemory();
    const state = await playPhones(telephony, async (call) => {
      await expect.poll(() => telephony.asked).toEqual([PLACED]);
      await push(call, { type: 'stage', stage: 'callee_ringing' });
    });
    expect(state).toMatchObject({ status: 'ended', cause: 'no_answer' });
    isAbout(spanOf(state, rungAt(state)), RING_MS + RING_GRACE_MS);
    expect(telephony.requests).toEqual([PLACED, 'query', 'cancel before_callee_answers']);
  });

  it('whose caller never answers ends when its provider says so, before we ask', async () => {
    const telephony = createTelephonyInMemory();
    const state = await playPhones(telephony, async (call) => {
      await call.wait(MINUTE_MS);
      await push(call, { type: 'over', cause: 'no_answer', evidence: 'byetype -10' });
    });
    expect(state).toMatchObject({ status: 'ended', cause: 'no_answer' });
    isAbout(spanOf(state, rungAt(state)), MINUTE_MS);
    expect(telephony.requests).toEqual([PLACED]);
  });

  it('that is cancelled before its id is known is cancelled there once it is', async () => {
    const telephony = createTelephonyInMemory();
    let place = () => {};
    telephony.onPlace = new Promise((resolve) => {
      place = () => resolve({ kind: 'accepted', providerCallId: PHONE_CALL_ID });
    });
    const state = await playPhones(telephony, async (call) => {
      await expect.poll(() => telephony.asked).toEqual([PLACED]);
      await call.signal('cancel', byApp);
      expect(await call.state()).toMatchObject({ status: 'calling', ending: { by: CALLER } });
      expect(telephony.asked).toEqual([PLACED]);
      place();
    });
    expect(state).toMatchObject({ status: 'cancelled', cause: 'cancelled', endedBy: CALLER });
    expect(telephony.requests).toEqual([PLACED, 'cancel before_callee_answers']);
  });

  it('that an operator ends twice is over at once, and hung up all the same, once', async () => {
    const telephony = createTelephonyInMemory();
    telephony.onCancel = SILENT;
    let tries = 0;
    const state = await playPhones(telephony, async (call) => {
      await bridge(call);
      await call.signal('end', { by: 'night shift' });
      await expect.poll(() => telephony.ended).toContain(PHONE_CALL_ID);
      await call.wait(MINUTE_MS);
      await call.signal('end', { by: 'night shift' });
      await expect.poll(async () => (await call.state()).status).toBe('ended');
      tries = telephony.ended.length;
      await call.wait(MINUTE_MS);
      expect(telephony.ended.length).toBeGreaterThan(tries);
      tries = telephony.ended.length;
      telephony.onCancel = { kind: 'cancelled' };
    });
    expect(telephony.ended).toHaveLength(tries + 1);
    expect(state).toMatchObject({ cause: 'ops_ended', endedBy: 'night shift' });
    expect(state.unreleased).toBeUndefined();
    isAbout(spanOf(state, state.acceptedAt), MINUTE_MS);
  });

  it('that is hung up is over once that was declined three times, answered or not between', async () => {
    const [telephony, no] = [createTelephonyInMemory(), DECLINED];
    const answers = [SILENT, SILENT, SILENT, no, SILENT, no, no];
    answerCancels(telephony, answers);
    const state = await playPhones(telephony, async (call) => {
      await bridge(call);
      await call.signal('hangup', byApp);
    });
    expect(state).toMatchObject({ status: 'ended', cause: 'hangup', endedBy: CALLER });
    expect(telephony.ended).toHaveLength(answers.length);
  });

  it('whose start came too late rings nobody', async () => {
    const telephony = createTelephonyInMemory();
    const state = await playPhones(telephony, undefined, { startBy: Date.now() - MINUTE_MS });
    expect(state).toMatchObject({ status: 'ended', cause: 'unreachable' });
    expect(telephony.requests).toEqual([]);
  });
});

describe('a two-way callback of which nothing is heard', () => {
  /** Somebody may have answered: the ring is not ended, but only the longest conversation. */
  const spared = (): TelephonyInMemory => {
    const telephony = createTelephonyInMemory();
    telephony.onCancel = DECLINED;
    return telephony;
  };

  it('has until the longest conversation is over, is asked about, and only then ended', async () => {
    const telephony = spared();
    const state = await playPhones(telephony, async (call) => {
      await call.wait(BACKSTOP_MS - MINUTE_MS);
      expect(await call.state()).toMatchObject({ status: 'calling', rungOut: true });
      expect(telephony.requests).toEqual([
        PLACED,
        'query',
        'cancel before_callee_answers',
        'query',
      ]);
      telephony.onCancel = { kind: 'cancelled' };
    });
    expect(state).toMatchObject({ status: 'ended', cause: 'provider_lost' });
    isAbout(spanOf(state, rungAt(state)), BACKSTOP_MS);
    expect(telephony.requests.slice(4)).toEqual(['query', 'cancel always']);
  });

  it('is not ended while its provider does not answer the question', async () => {
    const telephony = spared();
    const state = await playPhones(telephony, async (call) => {
      await call.wait(BACKSTOP_MS - MINUTE_MS);
      telephony.onQuery = SILENT;
      const before = telephony.requests.length;
      // Its clock stands while the question is asked.
      await call.wait(MINUTE_MS + 500);
      await expect.poll(() => telephony.requests.length).toBeGreaterThan(before + 3);
      expect(telephony.asked.at(-1)).toBe('cancel before_callee_answers');
      expect(await call.state()).toMatchObject({ status: 'calling', asked: { kind: 'backstop' } });
      telephony.onQuery = { kind: 'live', stage: 'bridged' };
      await expect.poll(async () => (await call.state()).status).toBe('ongoing');
      await push(call, { type: 'over', cause: 'hangup', by: 'caller' });
    });
    expect(state).toMatchObject({ status: 'ended', cause: 'hangup', endedBy: CALLER });
    expect(telephony.asked).toEqual([PLACED, 'cancel before_callee_answers']);
  });

  it('goes on where the question shows that two speak', async () => {
    const telephony = spared();
    const state = await playPhones(telephony, async (call) => {
      await call.wait(BACKSTOP_MS - MINUTE_MS);
      telephony.onQuery = { kind: 'live', stage: 'bridged' };
      await call.wait(2 * MINUTE_MS);
      expect(await call.state()).toMatchObject({ status: 'ongoing' });
      await push(call, { type: 'over', cause: 'hangup', by: 'callee' });
    });
    expect(state).toMatchObject({ status: 'ended', cause: 'hangup', endedBy: CALLEE });
    expect(telephony.asked).toEqual([PLACED, 'cancel before_callee_answers']);
  });

  it('waits half a minute for a record where its provider says that it is over', async () => {
    const telephony = createTelephonyInMemory();
    telephony.onCancel = { kind: 'declined', evidence: { code: '111704' } };
    telephony.onQuery = { kind: 'over' };
    const state = await playPhones(telephony);
    expect(state).toMatchObject({ status: 'ended', cause: 'provider_lost' });
    isAbout(spanOf(state, rungAt(state)), RING_MS + RING_GRACE_MS + RECORD_MS);
    expect(telephony.asked.filter((what) => what.startsWith('place'))).toEqual([PLACED]);
  });
});

describe('a two-way callback whose placing was not answered', () => {
  const unanswered = (): TelephonyInMemory => {
    const telephony = createTelephonyInMemory();
    telephony.onPlace = SILENT;
    return telephony;
  };

  it('is never placed again, and ends as unknown half a minute after its ring', async () => {
    const telephony = unanswered();
    const state = await playPhones(telephony);
    expect(state).toMatchObject({ status: 'ended', cause: 'dial_unknown' });
    isAbout(spanOf(state, rungAt(state)), RING_MS + RECONCILE_MS);
    expect(telephony.requests).toEqual([PLACED]);
  });

  it('is the one of which the provider speaks with its token', async () => {
    const telephony = unanswered();
    const state = await playPhones(telephony, async (call) => {
      await call.wait(MINUTE_MS);
      await call.signal(PROVIDER_REPORT_SIGNAL, {
        ...pushed({ type: 'bridged' }),
        token: 'another-token-x',
      });
      expect(await call.state()).toMatchObject({ status: 'calling', placing: { kind: 'unknown' } });
      await bridge(call);
      await call.wait(MINUTE_MS);
      await push(call, { type: 'over', cause: 'hangup', by: 'caller' });
    });
    expect(state).toMatchObject({ cause: 'hangup', providerCallId: PHONE_CALL_ID });
    isAbout(spanOf(state, state.acceptedAt), MINUTE_MS);
    expect(telephony.requests).toEqual([PLACED]);
  });
});
