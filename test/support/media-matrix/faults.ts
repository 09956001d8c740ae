import type { Fault } from '../../../src/simulators/fault-rules.js';
import type { FaultKind } from '../../../src/simulators/tencent/faults.js';
import type { TrtcFault } from '../../../src/simulators/trtc/simulator.js';
import { type Random, shuffled } from '../seeded.js';

/** How Tencent's callbacks about one call travel. */
export const DELIVERIES = ['once', 'twice', 'shuffled', 'lost'] as const;
export type Delivery = (typeof DELIVERIES)[number];

const CHANGED = 'Call.CallbackAfterMemberChanged';
export const CALLBACKS = ['Call.CallbackAfterStartCall', CHANGED, 'Call.CallbackAfterEndCall'];
const EVERY_TIME = 1_000;
/** Of one change of members after the other; the end of the call overtakes them all. */
const OVERTAKING_MS = [700, 0, 400, 100, 500, 0];

/** What has the callbacks about calls of this robot travel so. */
export function deliveredSo(how: Delivery, robot: string): Fault<FaultKind>[] {
  const eachTime = (kind: FaultKind) =>
    CALLBACKS.map((on) => ({ on, kind, robot, times: EVERY_TIME }));
  switch (how) {
    case 'once':
      return [];
    case 'twice':
      return eachTime('twice');
    case 'lost':
      return eachTime('lose-answer');
    case 'shuffled':
      return OVERTAKING_MS.map((ms) => ({ on: CHANGED, kind: 'slow-answer', robot, ms }));
  }
}

/** All that is ever asked of TRTC: rooms of ours have names, so no numeric one is dismissed. */
export const ASKED_OF_TRTC = [
  'StartStreamIngest',
  'StopStreamIngest',
  'DescribeStreamIngest',
  'DismissRoomByStrRoomId',
  'RemoveUser',
  'RemoveUserByStrRoomId',
] as const;

const CODES = ['InternalError', 'RequestLimitExceeded', 'ResourceInsufficient.RequestRejection'];
/** Longer than our client waits. */
const TOO_SLOW_MS = 7_000;

/** Each kind of fault once for each action, in an order that is drawn. */
export const drawFaults = (random: Random): TrtcFault[] =>
  shuffled(
    ASKED_OF_TRTC.flatMap((on): TrtcFault[] => [
      { on, kind: 'lose-answer' },
      { on, kind: 'status', effect: false },
      { on, kind: 'status', effect: true },
      { on, kind: 'malformed' },
      ...(on === 'StartStreamIngest'
        ? [{ on, kind: 'slow-answer', ms: TOO_SLOW_MS } as const]
        : []),
      ...CODES.map((code): TrtcFault => ({ on, kind: 'code', code })),
    ]),
    random,
  );
