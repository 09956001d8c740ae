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
  async end(call) {
    const heard = call.heard?.ended;
    const closed = {
      ...placed(call),
      isForgotten: call.forgotten === true,
      recordWithinMs: RECORD_WITHIN_MS,
      ...(heard !== undefined && { heard }),
    };
    return [await closeRobotCall(closed)];
  },
});

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
