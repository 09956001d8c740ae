import type { TrtcFault } from '../../../src/simulators/trtc/simulator.js';
import { type Random, shuffled } from '../seeded.js';

/** What ends a call, if nothing else does before. */
export const ENDINGS = [
  'hangup',
  'backend',
  'stream',
  'rejected',
  'unanswered',
  'operator',
] as const;
export type Ending = (typeof ENDINGS)[number];

export interface Script {
  readonly robot: string;
  readonly callees: readonly string[];
  /** A room of the backend's own, with somebody in it; otherwise it is made up. */
  readonly room?: string;
  readonly stream: 'none' | 'long' | 'short' | 'broken';
  readonly ending: Ending;
  readonly delivery: 'once' | 'twice' | 'shuffled' | 'none';
}

export const DELIVERIES = ['once', 'twice', 'shuffled', 'none'] as const;

const STREAMS = ['none', 'long', 'short', 'broken'] as const;
const pick = <T>(from: readonly T[], nth: number): T => from[nth % from.length] as T;

/** Every kind of each thing occurs; which of them meet is drawn. */
export function drawScripts(count: number, random: Random): Script[] {
  const column = <T>(from: readonly T[]): T[] =>
    shuffled(
      Array.from({ length: count }, (_, nth) => pick(from, nth)),
      random,
    );
  const endings = column(ENDINGS);
  const streams = column(STREAMS);
  const deliveries = column(DELIVERIES);
  const sizes = column([1, 2, 3]);
  const given = column([true, false]);
  return endings.map((ending, nth) => {
    const robot = `robot-${nth}`;
    const callees = Array.from({ length: sizes[nth] ?? 1 }, (_, each) => `user-${nth}-${each}`);
    return {
      robot,
      callees,
      ...(given[nth] && { room: `hall-${nth}` }),
      // What is to end with its stream has one that ends.
      stream: ending === 'stream' ? 'short' : (streams[nth] ?? 'none'),
      ending,
      delivery: deliveries[nth] ?? 'once',
    };
  });
}

const ACTIONS = [
  'StartStreamIngest',
  'StopStreamIngest',
  'DescribeStreamIngest',
  'DismissRoomByStrRoomId',
  'RemoveUserByStrRoomId',
] as const;
const CODES = ['InternalError', 'RequestLimitExceeded', 'ResourceInsufficient.RequestRejection'];

/** Each kind of fault for each action, in an order that is drawn. */
export const drawFaults = (random: Random): TrtcFault[] =>
  shuffled(
    ACTIONS.flatMap((on): TrtcFault[] => [
      { on, kind: 'lose-answer' },
      { on, kind: 'status', effect: false },
      { on, kind: 'status', effect: true },
      { on, kind: 'malformed' },
      ...(on === 'StartStreamIngest' ? [{ on, kind: 'slow-answer', ms: 7_000 } as const] : []),
      ...CODES.map((code): TrtcFault => ({ on, kind: 'code', code })),
    ]),
    random,
  );
