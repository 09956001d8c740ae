import type { ProviderReport } from '../../src/call/events.js';
import { type CallState, callerOf } from '../../src/call/state.js';
import { NOT_SENT_CODE, type RobotPlan } from '../../src/contract/robot-plan.js';
import type { ProviderSide } from './provider-play.js';
import {
  closeRobotCall,
  endRobotCall,
  type FollowedCall,
  findRobotCall,
  followRobotCall,
  type PlacedCall,
  placeRobotCall,
} from './robot-activities.js';

const ENDED: readonly ProviderReport[] = [{ type: 'forgotten' }];

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
    await endRobotCall({ ...placed(call), isForgotten: call.forgotten === true });
    return ENDED;
  },
  async close(call, until) {
    const heard = call.heard?.ended;
    const close = { ...placed(call), until, ...(heard !== undefined && { heard }) };
    return [await closeRobotCall.executeWithOptions({ summary: 'read how it ended' }, [close])];
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
