import type { CallState } from '../../../../src/call/state.js';
import { callIdOfSid } from '../../../../src/contract/call-sid.js';
import type { Call } from '../../../../src/simulators/yuntongxun/call.js';
import { historyOf } from '../call-history.js';
import { agreement, type Compared, type Row, readWhatIsLeft } from '../kill-audit.js';
import type { Told } from './people.js';
import { described, numberOf } from './scripts.js';
import type { Theatre } from './theatre.js';

export interface PhoneAudit {
  readonly calls: readonly Compared[];
  readonly busyLines: readonly unknown[];
  readonly wrongCursors: readonly unknown[];
  /** How long each phone rang or was talked on. */
  readonly legsMs: readonly number[];
  readonly causes: Readonly<Record<string, number>>;
}

/** Kills the product for the last time, and holds what it left to the ledger of the provider. */
export async function auditPhones(theatre: Theatre, told: readonly Told[]): Promise<PhoneAudit> {
  const { product, simulator, temporal } = theatre;
  const { rows, busyLines, wrongCursors } = await readWhatIsLeft(product, () => true);
  const { calls } = simulator.control.ledger();
  const histories = await Promise.all(
    rows.map(async (row) => ({ row, history: await historyOf(temporal, row.state.callId) })),
  );
  const wellStarted = histories.filter(({ history }) => history !== undefined);
  return {
    calls: [
      ...told.map((each) =>
        compareEnds({
          told: each,
          rows: rows.filter(({ state }) => state.parties[0]?.userId === each.script.caller),
          rung: calls.filter(({ request }) => request.from === numberOf(each.script.caller)),
        }),
      ),
      ...wellStarted.flatMap(({ row, history }) =>
        history === undefined || wasEnriched(row) ? [] : [compareRecord(row, history)],
      ),
    ],
    busyLines,
    wrongCursors,
    legsMs: calls.flatMap(({ legs }) =>
      legs.map(({ rangAt, endedAt = Number.POSITIVE_INFINITY }) => endedAt - rangAt),
    ),
    causes: counted(rows.map(({ state }) => state.cause ?? 'none')),
  };
}

/** A record that came after the end adds a version that the workflow never wrote. */
const wasEnriched = ({ state }: Row): boolean => state.enrichment !== undefined;

const compareRecord = (
  row: Row,
  history: NonNullable<Awaited<ReturnType<typeof historyOf>>>,
): Compared =>
  agreement(row, history, {
    terminated: false,
    missed:
      row.state.acceptedAt === undefined &&
      !row.state.parties.some(({ role, state }) => role === 'callee' && state === 'rejected'),
  });

export interface Played {
  readonly told: Told;
  /** The calls in the store that this request became. */
  readonly rows: readonly Row[];
  /** The calls at the provider. */
  readonly rung: readonly Call[];
}

/** Of nobody's doing: what was placed cannot be found, or how it ended cannot be known. */
const UNKNOWABLE = ['dial_unknown', 'provider_lost'];
const TALKED = ['hangup', 'max_duration'];
const NOT_TALKED = ['cancelled', 'no_answer', 'rejected', 'unreachable', 'provider_failed'];

/** At most one pair of legs for one request, every leg hung up, and one end that fits what happened. */
export function compareEnds({ told, rows, rung }: Played): Compared {
  const { script, callSids } = told;
  const pairs = rung.filter(({ legs }) => legs.length > 0);
  const wasTalkedIn = rung.some(({ talkingAt }) => talkingAt !== undefined);
  const fitting = [...UNKNOWABLE, ...(wasTalkedIn ? TALKED : NOT_TALKED)];
  const asked = rows.filter(({ state }) => wasAsked(state));
  const named = [...new Set(callSids)].map(callIdOfSid);
  return {
    is: {
      script: described(script),
      pairs: pairs.length,
      isOverThere: rung.every(({ endedAt }) => endedAt !== undefined),
      named: named.length,
      asked: asked.length,
      live: rows.filter(({ state }) => state.endedAt === undefined).length,
      causes: asked.map(({ state }) =>
        fitting.includes(state.cause ?? '') ? 'fits' : state.cause,
      ),
    },
    shouldBe: {
      script: described(script),
      pairs: Math.min(pairs.length, 1),
      isOverThere: true,
      named: Math.min(named.length, 1),
      asked: Math.min(asked.length, 1),
      live: 0,
      causes: asked.map(() => 'fits'),
    },
  };
}

/** One that was never sent rang nobody; the next try is another call. */
const wasAsked = ({ cause, placing }: CallState): boolean =>
  cause !== 'unreachable' && placing?.kind !== 'refused';

function counted(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
