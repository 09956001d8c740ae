import type { RobotPlan } from '../../contract/robot-plan.js';
import { parseWireJson } from '../../contract/wire-json.js';
import { roomTypeOf } from './rooms.js';

interface Extras {
  readonly CallInfo?: object;
}

/** The body of `start_call_by_robot`: what was handed on, and over it what we know. */
export function startBody(placing: RobotPlan): object {
  const extras = parseWireJson(placing.extras ?? '{}') as Extras;
  const type = roomTypeOf(placing.room.kind);
  return {
    ...extras,
    Robot_Account: placing.robot,
    CalleeList_Account: placing.callees,
    Timeout: placing.ringMs,
    ...(placing.userData === undefined ? {} : { UserData: placing.userData }),
    CallInfo: {
      ...extras.CallInfo,
      // The documents spell it in both cases; only this one is in every sample.
      MediaType: placing.media === 'video' ? 'Video' : 'Audio',
      RoomId: placing.room.id,
      ...(type === undefined ? {} : { RoomIdType: type }),
    },
  };
}
