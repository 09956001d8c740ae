import { sleep } from '@temporalio/workflow';
import { isGuarded } from '../../src/call/ending.js';
import type { ProviderReport } from '../../src/call/events.js';
import type { PhoneStage } from '../../src/call/phone-stages.js';
import { type CallState, callerOf, type Ending } from '../../src/call/state.js';
import type { PhonePlan } from '../../src/contract/phone-plan.js';
import {
  type EndedPhoneCall,
  endPhoneCall,
  followPhoneCall,
  placePhoneCall,
} from './phone-activities.js';
import type { ProviderSide } from './provider-play.js';

const NO_RECORD: ProviderReport = {
  type: 'over',
  cause: 'provider_lost',
  evidence: 'no record within its time',
};

/** Two-way callbacks: mostly the provider pushes what happens, and is asked only where it must be. */
export const phoneSide = ({ polls }: PhonePlan): ProviderSide => ({
  notSent: (why) => ({ type: 'refused', code: 0, info: `not sent: ${why}`, reason: 'not_sent' }),
  place: (call) =>
    placePhoneCall({
      callId: call.callId,
      callerId: callerOf(call).userId,
      calleeId: calleeOf(call),
      token: call.token ?? '',
      maxSeconds: Math.ceil(call.limits.maxDurationMs / 1_000),
      dialBy: call.ring.until,
    }),
  // Nothing can be searched: a push that carries our token brings the call's id.
  find: async () => [],
  follow(call) {
    const isAsked = call.asked !== undefined && call.asked.answered !== true;
    if (!isAsked && !polls) return new Promise(() => undefined);
    const followed = { ...placed(call), stage: stageOf(call), isAsked };
    return followPhoneCall.executeWithOptions({ summary: 'follow the call' }, [followed]);
  },
  end: (call) => endPhoneCall(endedCall(call, guardOf(call.ending))),
  isOtherEnd: (asked, wanted) => guardOf(asked.ending) !== guardOf(wanted.ending),
  async close(_call, until) {
    await sleep(until - Date.now(), { summary: 'the record of the end is awaited' });
    return [NO_RECORD];
  },
});

const placed = ({ providerCallId = '' }: CallState) => ({ providerCallId });

const calleeOf = ({ parties }: CallState): string =>
  parties.find(({ role }) => role === 'callee')?.userId ?? '';

const stageOf = ({ stage = 'requested', acceptedAt }: CallState): PhoneStage =>
  acceptedAt === undefined ? stage : 'bridged';

const guardOf = (ending: Ending | undefined): EndedPhoneCall['guard'] =>
  ending !== undefined && isGuarded(ending) ? 'before_callee_answers' : 'always';

export const endedCall = (call: CallState, guard: EndedPhoneCall['guard']): EndedPhoneCall => ({
  ...placed(call),
  callerId: callerOf(call).userId,
  guard,
});
