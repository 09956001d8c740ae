import type { CallState } from '../../../../src/call/state.js';
import type { Call } from '../../../../src/simulators/tencent/call.js';
import { historyOf } from '../call-history.js';
import { agreement, type Compared, type Row, readWhatIsLeft } from '../kill-audit.js';
import { overdueMs, owedMs, wasCrossed } from './bounds.js';
import type { Told } from './people.js';
import { described, ringsPerStart } from './scripts.js';
import type { Theatre } from './theatre.js';

export interface RobotAudit {
  readonly calls: readonly Compared[];
  readonly busyLines: readonly unknown[];
  readonly wrongCursors: readonly unknown[];
  /** Of each end that we owed, since when it was owed. */
  readonly owedMs: readonly number[];
  /** Of each call that rang, by how much it outlived what was due; at most 0 if it did not. */
  readonly overdueMs: readonly number[];
  /** How many calls were answered while our end of them was on its way. */
  readonly crossed: number;
  /** How many calls whose start was lost were found by their records. */
  readonly found: number;
  /** How often each cause named an end. */
  readonly causes: Readonly<Record<string, number>>;
}

/** How a call ended, as far as the provider's record decides it. */
interface End {
  readonly status: string;
  readonly cause: string | undefined;
  readonly wasAnswered: boolean;
}

/** Kills the product for the last time, and holds what it left to the ledger of the simulator. */
export async function auditRobots(theatre: Theatre, told: readonly Told[]): Promise<RobotAudit> {
  const { product, simulator, temporal } = theatre;
  const { rows, busyLines, wrongCursors } = await readWhatIsLeft(product, () => true);
  const { calls } = simulator.control.ledger();
  const played = told.map((each) => ({
    told: each,
    rows: rows.filter(({ state }) => state.parties[0]?.userId === each.script.robot),
    rung: calls.filter(({ request }) => request.robot === each.script.robot),
  }));
  const rings = played.flatMap(({ told: its, rung }) => rung.map((call) => ({ call, its })));
  const histories = await Promise.all(
    rows.map(async (row) => ({ row, history: await historyOf(temporal, row.state.callId) })),
  );
  return {
    calls: [
      ...played.map(compareEnds),
      ...histories.map(({ row, history }) => {
        if (history === undefined) return compareUnstarted(row);
        const terminated = history.status === 'TERMINATED';
        return agreement(row, history, { terminated, missed: isMissed(row) });
      }),
    ],
    busyLines,
    wrongCursors,
    owedMs: rings.flatMap(({ call, its }) => owedMs(call, its) ?? []),
    overdueMs: rings.map(({ call, its }) => overdueMs(call, its)),
    crossed: rings.filter(({ call, its }) => wasCrossed(call, its)).length,
    found: rows.filter(({ state }) => wasFound(state)).length,
    causes: counted(rows.map(({ state }) => state.cause ?? 'none')),
  };
}

export interface Played {
  readonly told: Told;
  /** The calls in the store that this start became. */
  readonly rows: readonly Row[];
  /** The calls at the provider. */
  readonly rung: readonly Call[];
}

/** At most one ring for one start, and one end, which is the one that the provider knows. */
export function compareEnds({ told, rows, rung }: Played): Compared {
  const { script, providerCallId, refusal } = told;
  const asked = rows.filter(({ state }) => !wasNeverAsked(state));
  const isAnew = asked.map((each, nth) => wasAskedAnew(each, asked[nth + 1]));
  const [row, ...others] = asked.filter((_, nth) => !isAnew[nth]);
  const rangBefore = asked.filter(({ state }, nth) => isAnew[nth] && state.providerCallId).length;
  const state = row?.state;
  const call = rung.find(({ id }) => id === state?.providerCallId) ?? rung[0];
  const most = ringsPerStart(script) + rangBefore;
  const neverFound = state !== undefined && providerCallId === undefined && isUnknown(state);
  // What a terminated call had not written, its record does not know.
  const unwritten = told.terminatedAt !== undefined && state?.providerCallId === undefined;
  const refused = state?.placing?.kind === 'refused' ? state.placing.code : undefined;
  return {
    of: described(script),
    is: {
      rings: rung.length,
      isOverThere: rung.every(({ endedAt }) => endedAt !== undefined),
      moreCalls: others.map((other) => other.state.callId),
      providerCallId: state?.providerCallId,
      refused,
      end: state && endOf(state),
    },
    shouldBe: {
      rings: Math.min(rung.length, most),
      isOverThere: true,
      moreCalls: [],
      providerCallId: unwritten
        ? undefined
        : (providerCallId ?? (neverFound ? undefined : call?.id)),
      refused: refusal ?? (rung.length === 0 ? refused : undefined),
      end: state && shouldEnd(told, state, call),
    },
  };
}

/** A start that came too late, or was not sent, rang nobody; the next try is another one. */
const wasNeverAsked = ({ cause, placing }: CallState): boolean =>
  cause === 'unreachable' || (placing?.kind === 'refused' && placing.info.startsWith('not sent'));

/** How long a request is the same one although its call is over. */
const SAME_FOR_MS = 30_000;

/**
 * The answer was lost with the process, and whoever asked again asked for another call: the first one
 * was refused, and rang nobody, or it had been told of, was over and older than half a minute.
 */
function wasAskedAnew({ state }: Row, next: Row | undefined): boolean {
  if (next === undefined) return false;
  const { createdAt: askedAt } = next.state;
  if (state.placing?.kind === 'refused') return true;
  const isOver = state.endedAt !== undefined && state.endedAt <= askedAt;
  const mayBeClaimed = state.claimBy !== undefined && state.claimBy > askedAt;
  return isOver && !mayBeClaimed && askedAt - state.createdAt >= SAME_FOR_MS;
}

const endOf = ({ status, cause, acceptedAt }: CallState): End => ({
  status,
  cause,
  wasAnswered: acceptedAt !== undefined,
});

/** The provider's words for how a call ended, and ours, by the documents of both. */
const BY_RESULT: Readonly<Record<string, readonly [status: string, cause: string]>> = {
  Cancel: ['cancelled', 'cancelled'],
  Reject: ['rejected', 'rejected'],
  NotAnswer: ['ended', 'no_answer'],
  NormalEnd: ['ended', 'hangup'],
};

/** Ended because nobody could say within its bound what had come of placing it. */
const isUnknown = ({ placing, cause }: CallState): boolean =>
  placing?.kind === 'unknown' && cause === 'dial_unknown';

/** It was looked for, and adopted from its record. */
const wasFound = ({ placing }: CallState): boolean =>
  placing?.kind === 'placed' && placing.results === undefined;

function shouldEnd(told: Told, state: CallState, call: Call | undefined): End {
  const wasAnswered = call?.acceptedAt !== undefined;
  const end = (status: string, cause: string): End => ({ status, cause, wasAnswered });
  if (wasCutOff(told, state)) return end('ended', 'ops_ended');
  if (call === undefined) {
    return end('ended', state.placing?.kind === 'refused' ? 'provider_failed' : 'dial_unknown');
  }
  if (wasGivenUp(told) && isUnknown(state)) {
    return { status: 'ended', cause: 'dial_unknown', wasAnswered: false };
  }
  if (wasGivenUp(told) && state.cause === 'dial_unknown') return end('ended', 'dial_unknown');
  if (told.isPromised || (told.wishedAt !== undefined && endedByRobot(state))) {
    return wasAnswered ? end('ended', 'hangup') : end('cancelled', 'cancelled');
  }
  const [status, cause] = BY_RESULT[call.result ?? ''] ?? ['?', `of ${call.result}`];
  return end(status, cause);
}

/** One that had ended already, and was about to close, ended as its provider says. */
const wasCutOff = ({ terminatedAt }: Told, { endedAt = 0, cause }: CallState): boolean =>
  terminatedAt !== undefined && (cause === 'ops_ended' || endedAt > terminatedAt);

/** Whoever was not told of a call for a minute is taken not to want it, and it is ended. */
const wasGivenUp = ({ providerCallId, refusal }: Told): boolean =>
  providerCallId === undefined && refusal === undefined;

const endedByRobot = ({ endedBy, parties }: CallState): boolean => endedBy === parties[0]?.userId;

/** The record says of every call that nobody answered or declined that it was missed. */
const isMissed = ({ state }: Row): boolean =>
  state.parties.some(
    ({ role, acceptedAt, state: is }) =>
      role === 'callee' && acceptedAt === undefined && is !== 'rejected',
  );

/** A start of which no workflow came about: nobody rang, and nobody heard of it. */
const compareUnstarted = ({ state, events }: Row): Compared => ({
  is: { callId: state.callId, cause: state.cause, events },
  shouldBe: { callId: state.callId, cause: 'unreachable', events: [] },
});

function counted(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
