import type { ProviderReport } from '../../src/call/events.js';
import { type CallState, callerOf } from '../../src/call/state.js';
import { NOT_SENT_CODE, type RobotPlan } from '../../src/contract/robot-plan.js';
import { type ProviderSide, RECORD_WITHIN_MS } from './provider-play.js';
import {
  closeRobotCall,
  type FollowedCall,
  findRobotCall,
  followRobotCall,
  type PlacedCall,
  placeRobotCall,
} from './robot-activities.js';

/** Calls that a robot account places to app users: a group that is looked at again and again. */
export const robotSide = (plan: RobotPlan): ProviderSide => ({
  notSent: (why) => ({ type: 'refused', code: NOT_SENT_CODE, info: `not sent: ${why}` }),
  place: () => placeRobotCall(plan),
  find: ({ placing, createdAt }, until) => {
    const askedAt = (placing?.kind === 'unknown' ? placing.askedAt : undefined) ?? createdAt;
    return findRobotCall.executeWithOptions({ summary: 'look for the call' }, [
      { plan, askedAt, until },
    ]);
  },
  follow: (call) =>
    followRobotCall.executeWithOptions({ summary: 'follow the call' }, [followed(call)]),
  async end(call, latest) {
    const isForgotten = call.forgotten === true;
    const record = await closeRobotCall({
      ...placed(call),
      isForgotten,
      recordWithinMs: RECORD_WITHIN_MS,
    });
    return [record ?? asHeard(latest())];
  },
});

const NO_RECORD: ProviderReport = {
  type: 'over',
  cause: 'provider_lost',
  evidence: 'no record within its time',
};

/** Where no record comes, the provider's unasked word counts, as it is by then. */
const asHeard = ({ heard }: CallState): ProviderReport =>
  heard?.ended === undefined ? NO_RECORD : { type: 'over', ...heard.ended };

const placed = ({ providerCallId = '' }: CallState): PlacedCall => ({ providerCallId });

function followed(call: CallState): FollowedCall {
  const { asked, bizType, parties, ring } = call;
  const callees = parties.filter(({ role }) => role === 'callee');
  return {
    ...placed(call),
    robot: callerOf(call).userId,
    known: callees.map(({ userId, state }) => ({ userId, state, ...wordOn(call, userId) })),
    isGroup: bizType === 'group',
    ringUntil: ring.until,
    isAsked: asked !== undefined && asked.answered !== true,
  };
}

function wordOn({ heard }: CallState, userId: string) {
  const word = heard?.words[userId]?.fact;
  return word === undefined ? {} : { word };
}
