import type { Fault } from '../../../../src/simulators/fault-rules.js';
import { FAULT_KINDS, type FaultKind } from '../../../../src/simulators/tencent/faults.js';

/** What a robot call asks of the provider. */
export const ACTIONS = [
  'start_call_by_robot',
  'get_call_info',
  'end_call',
  'get_record_by_callid',
  'get_record_by_filter',
] as const;
export type Action = (typeof ACTIONS)[number];

export type RobotFault = Omit<Fault<FaultKind>, 'on'> & { readonly on: Action };

/** Longer than our client waits for an answer. */
const TOO_SLOW_MS = 6_000;

type Code = Pick<RobotFault, 'code' | 'effect'>;
const THROTTLED: readonly Code[] = [{ code: 60007 }, { code: 60011 }];
/** "Please retry": whether it was done is anybody's guess. */
const IN_DOUBT: readonly Code[] = [
  { code: 101001 },
  { code: 101001, effect: true },
  { code: 60008 },
  { code: 60008, effect: true },
];

/** Codes that may be the truth, each with what it leaves behind. */
const CODES: Readonly<Record<Action, readonly Code[]>> = {
  start_call_by_robot: [...THROTTLED, ...IN_DOUBT, { code: 70107 }],
  // A call that was placed a moment ago, and is not there yet.
  get_call_info: [...THROTTLED, ...IN_DOUBT, { code: 101004 }],
  end_call: [...THROTTLED, ...IN_DOUBT],
  get_record_by_callid: [...THROTTLED, ...IN_DOUBT, { code: 101050 }],
  get_record_by_filter: [...THROTTLED, ...IN_DOUBT],
};

function faultsOf(on: Action, kind: FaultKind): RobotFault[] {
  if (kind === 'code') return CODES[on].map((code) => ({ on, kind, ...code }));
  if (kind === 'slow-effect' || kind === 'slow-answer') return [{ on, kind, ms: TOO_SLOW_MS }];
  if (kind === 'status' || kind === 'lose-answer') {
    return [
      { on, kind },
      { on, kind, effect: false },
    ];
  }
  return [{ on, kind }];
}

export const FAULTS: readonly RobotFault[] = ACTIONS.flatMap((on) =>
  FAULT_KINDS.flatMap((kind) => faultsOf(on, kind)),
);

/** What it is called; of `FAULTS` no two have the same name. */
export const faultName = ({ on, kind, code, effect, ms }: Fault<FaultKind>): string =>
  [
    on,
    kind,
    ...(code === undefined ? [] : [code]),
    ...(effect === undefined ? [] : [`effect ${effect}`]),
    ...(ms === undefined ? [] : [`${ms} ms`]),
  ].join(' ');

/** The start is answered in a way from which nobody can tell what came of it. */
export const LOST_START: RobotFault = { on: 'start_call_by_robot', kind: 'lose-answer' };

/** A provider that carries out one request twice rings twice, and nobody else could help it. */
export const ringsTwice = ({ on, kind }: RobotFault): boolean =>
  on === 'start_call_by_robot' && kind === 'twice';
