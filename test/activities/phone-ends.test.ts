import { describe, expect, it } from 'vitest';
import type { Telephony } from '../../src/ports/telephony.js';
import { type Line, line, placedOn } from '../providers/yuntongxun/fixtures.js';
import { createTelephonyInMemory, PHONE_CALL_ID } from '../support/telephony-in-memory.js';
import { activities, type Given, run } from './phone-fixtures.js';

describe('ending', () => {
  const ended = (guard: 'always' | 'before_callee_answers') => ({
    callerId: '10001',
    providerCallId: PHONE_CALL_ID,
    guard,
  });
  const declined = { kind: 'declined', evidence: { code: '111703' } } as const;
  const NOBODY_KNOWS = 200_000;
  const NO_SUCH_CALL = 111_704;
  /** Three times. */
  const answers = ({ simulator }: Line, on: string, code: number) =>
    simulator.control.fault({ on, kind: 'code', code, times: 3 });

  /** One after the other, each with the signs of life of those before it. */
  function attempts(telephony: Telephony, given: Given = {}, end = ended('always')) {
    const { endPhoneCall } = activities(telephony, given);
    let left: unknown;
    return (nth: number) => {
      const there = run(nth, left);
      there.on('heartbeat', (details: unknown) => {
        left = details;
      });
      return there.run(endPhoneCall, end);
    };
  }

  it('is over where the provider has ended it', async () => {
    const telephony = createTelephonyInMemory();
    const { endPhoneCall } = activities(telephony);
    expect(await run().run(endPhoneCall, ended('always'))).toMatchObject([{ type: 'over' }]);
    expect(telephony.asked).toEqual(['cancel always']);
  });

  it('goes on where its guard did not hold', async () => {
    const telephony = createTelephonyInMemory();
    telephony.onCancel = declined;
    const { endPhoneCall } = activities(telephony);
    const guarded = ended('before_callee_answers');
    expect(await run().run(endPhoneCall, guarded)).toEqual([{ type: 'guard-refused' }]);
  });

  it('is asked for again where it was declined without a guard, and believed the third time', async () => {
    const telephony = createTelephonyInMemory();
    telephony.onCancel = declined;
    const attempt = attempts(telephony);
    for (const nth of [1, 2]) await expect(attempt(nth)).rejects.toThrow('111703');
    expect(await attempt(3)).toEqual([{ type: 'forgotten' }]);
  });

  it('is believed for what was declined, not for what was not answered', async () => {
    const telephony = createTelephonyInMemory();
    const attempt = attempts(telephony);
    const silent = { kind: 'unknown', evidence: { fault: 'timeout' } } as const;
    const heard = [silent, silent, silent, declined, silent, declined, silent];
    for (const [nth, answer] of heard.entries()) {
      telephony.onCancel = answer;
      await expect(attempt(nth + 1)).rejects.toThrow(/111703|timeout/);
    }
    telephony.onCancel = declined;
    expect(await attempt(heard.length + 1)).toEqual([{ type: 'forgotten' }]);
  });

  it.each(['always', 'before_callee_answers'] as const)(
    'is believed at once where the provider proves that it is over (%s)',
    async (guard) => {
      const telephony = createTelephonyInMemory();
      telephony.onCancel = declined;
      telephony.onQuery = { kind: 'over' };
      const { endPhoneCall } = activities(telephony);
      expect(await run().run(endPhoneCall, ended(guard))).toEqual([{ type: 'forgotten' }]);
    },
  );

  it('is believed at once where both answers say that there is no such call', async () => {
    const telephony = createTelephonyInMemory();
    telephony.onCancel = declined;
    telephony.onQuery = declined;
    const { endPhoneCall } = activities(telephony);
    expect(await run().run(endPhoneCall, ended('always'))).toEqual([{ type: 'forgotten' }]);
  });

  it.each(['always', 'before_callee_answers'] as const)(
    'is asked for again, however often the provider answers with a code nobody knows (%s)',
    async (guard) => {
      const there = await line();
      const providerCallId = await placedOn(there);
      const end = { ...ended(guard), providerCallId };
      const attempt = attempts(there.telephony, { kept: there.account }, end);
      answers(there, 'Calls/CallCancel', NOBODY_KNOWS);
      for (const nth of [1, 2, 3]) await expect(attempt(nth)).rejects.toThrow('200000');
      expect(await attempt(4)).toMatchObject([{ type: 'over', evidence: 'ended on demand' }]);
    },
  );

  it('is believed the third time also where the question meets a code nobody knows', async () => {
    const there = await line();
    const attempt = attempts(there.telephony, { kept: there.account });
    answers(there, 'Calls/CallCancel', NO_SUCH_CALL);
    answers(there, 'ivr/call', NOBODY_KNOWS);
    for (const nth of [1, 2]) await expect(attempt(nth)).rejects.toThrow('111704');
    expect(await attempt(3)).toEqual([{ type: 'forgotten' }]);
  });

  it('is asked for again while nobody can say what came of it', async () => {
    const telephony = createTelephonyInMemory();
    telephony.onCancel = { kind: 'unknown', evidence: { fault: 'timeout' } };
    const { endPhoneCall } = activities(telephony);
    await expect(run(9).run(endPhoneCall, ended('always'))).rejects.toThrow('timeout');
  });
});
