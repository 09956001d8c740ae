import { describe, expect, it } from 'vitest';
import { newCall } from '../../src/call/new-call.js';
import type { CallState } from '../../src/call/state.js';
import { judge } from '../../src/call/transition.js';
import { tokenOf } from '../../src/contract/phone-token.js';
import type { PhonePush, PhonePushKind } from '../../src/ports/phone-pushes.js';
import { createHearPush } from '../../src/service/phone/hear-push.js';

const CALL_ID = 7;
const TOKEN = tokenOf(CALL_ID, 'abcdefghijklmno');
const OWN = 'the-call-s-own-leg';
const STRAY = 'another-leg';

/** A call that is over, whose workflow has closed; it knows its leg or never heard of one. */
function overCall(knows: boolean): CallState {
  const call = newCall(
    {
      callId: CALL_ID,
      channel: 'phone',
      callType: 'audio',
      bizType: 'single',
      caller: { userId: '1' },
      calleeIds: ['2'],
      token: TOKEN,
      ringTimeoutMs: 4_000,
      limits: { maxDurationMs: 10_000, allLeftGraceMs: 1_000 },
    },
    Date.now(),
  );
  const placed = { type: 'placed', providerCallId: OWN } as const;
  const began = knows ? judge(call, placed, Date.now()).state : call;
  return judge(began, { type: 'over', cause: 'no_answer' }, Date.now()).state;
}

function hearing(state: CallState) {
  const released: (string | undefined)[] = [];
  const hear = createHearPush({
    engine: {
      hear: async () => 'gone',
      release: async (_call: CallState, leg?: string) => {
        released.push(leg);
        return 'started';
      },
    } as never,
    reader: { find: async () => ({ state, startBy: Date.now() }) } as never,
    records: { write: async () => undefined } as never,
    now: Date.now,
  });
  return { hear, released };
}

const pushOf = (kind: PhonePushKind, providerCallId: string, token = TOKEN): PhonePush => ({
  kind,
  token,
  providerCallId,
  reports: [{ type: 'placed', providerCallId }],
});

describe('the question whether to dial', () => {
  const asked = (state: () => Promise<CallState | undefined>, heard = 'delivered') =>
    createHearPush({
      engine: { hear: async () => heard, state } as never,
      reader: {} as never,
      records: {} as never,
      now: Date.now,
    })(pushOf('auth', OWN));

  it('is left open while its call cannot be asked, and not refused', async () => {
    const unheard = await asked(async () => undefined);
    expect(unheard).toEqual({ isTaken: true, allow: undefined });
    const away = await asked(async () => undefined, 'unavailable');
    expect(away).toEqual({ isTaken: false, allow: undefined });
  });

  it('is refused by a call that is over', async () => {
    expect(await asked(async () => overCall(true))).toEqual({ isTaken: true, allow: false });
  });
});

describe('a leg on its way for a call that is over', () => {
  it.each([
    ['is hung up where the call never heard of one', false, OWN],
    ['is hung up where it is another than the call’s', true, STRAY],
  ])('%s', async (_what, knows, leg) => {
    const { hear, released } = hearing(overCall(knows));
    expect(await hear(pushOf('stage', leg))).toEqual({ isTaken: true, allow: false });
    expect(released).toEqual([leg]);
  });

  it('is let alone where it is the call’s own, of which this is only late', async () => {
    const { hear, released } = hearing(overCall(true));
    expect(await hear(pushOf('stage', OWN))).toEqual({ isTaken: true, allow: false });
    expect(released).toEqual([]);
    await hear(pushOf('established', OWN));
    expect(released).toEqual([OWN]);
  });

  it('may not dial, and is nobody’s with another token', async () => {
    const { hear, released } = hearing(overCall(true));
    const guessed = tokenOf(CALL_ID, 'zzzzzzzzzzzzzzz');
    for (const push of [pushOf('auth', STRAY), pushOf('stage', STRAY, guessed)]) {
      expect(await hear(push)).toEqual({ isTaken: true, allow: false });
    }
    expect(released).toEqual([]);
  });
});
