import type { CallState } from '../../../../src/call/state.js';
import { callIdOfSid } from '../../../../src/contract/call-sid.js';
import { type CallHistory, historyOf } from '../call-history.js';
import { agreement, type Compared, type Row, readWhatIsLeft } from '../kill-audit.js';
import type { Uptime } from '../mortal-product.js';
import { disturbances, isLeftAlone, type Life, type Lived } from './disturbance.js';
import type { Told } from './people.js';
import { ENDS } from './plan.js';
import { brokenPromises, isPromised } from './promise.js';
import type { RungCall } from './provider.js';
import { described } from './scripts.js';
import type { Theatre } from './theatre.js';

export interface PhoneAudit {
  readonly calls: readonly Compared[];
  readonly busyLines: readonly unknown[];
  readonly wrongCursors: readonly unknown[];
  /** How long each phone rang or was talked on while the product ran, of calls it could know of. */
  readonly legsMs: readonly number[];
  /** How many calls whose placing was not answered were found by what the provider pushed or listed. */
  readonly found: number;
  readonly causes: Readonly<Record<string, number>>;
  /** How scripts ended to which nothing was done, by their stories. */
  readonly undisturbed: Readonly<Record<string, number>>;
  /** How many scripts were left alone, but for what a busy machine did to them. */
  readonly leftAlone: number;
  /** What was done to the others. */
  readonly disturbances: Readonly<Record<string, number>>;
  /** To how many apps it was said that their request is taken back. */
  readonly promised: number;
}

/** Kills the product for the last time, and holds what it left to the ledger of the provider. */
export async function auditPhones(theatre: Theatre, told: readonly Told[]): Promise<PhoneAudit> {
  const { product, provider, standIn, temporal } = theatre;
  const { rows, busyLines, wrongCursors } = await readWhatIsLeft(product, () => true);
  const rung = standIn.calls();
  const histories = await Promise.all(
    rows.map(async (row) => ({ row, history: await historyOf(temporal, row.state.callId) })),
  );
  const played = told.map((each): Played => {
    const own = histories.filter(({ row }) => row.state.parties[0]?.userId === each.script.caller);
    const lived: Lived = {
      told: each,
      lives: own.map(lifeOf),
      rung: rung.filter(({ caller }) => caller === provider.numberOf(each.script.caller)),
    };
    const rowsOf = own.map(({ row }) => row);
    return { ...lived, rows: rowsOf, disturbedBy: disturbances(lived, product.uptimes) };
  });
  const left = played.filter(isUndisturbed);
  return {
    calls: [
      ...played.map(compareEnds),
      ...histories.map(({ row, history }) =>
        history === undefined ? compareUnstarted(row) : compareRecord(row, history),
      ),
    ],
    busyLines,
    wrongCursors,
    legsMs: played
      .filter((each) => !each.rows.some(isUnknown))
      .flatMap((each) => each.rung)
      .flatMap(({ legs }) => legs.map((leg) => livedMs(leg, product.uptimes))),
    found: played.filter(wasFound).length,
    causes: counted(rows.map(({ state }) => state.cause ?? 'none')),
    undisturbed: counted(left.flatMap(endsAsTold)),
    leftAlone: played.filter(({ disturbedBy }) => isLeftAlone(disturbedBy)).length,
    disturbances: counted(played.flatMap(({ disturbedBy }) => [...new Set(disturbedBy)])),
    promised: told.filter(isPromised).length,
  };
}

const lifeOf = ({ row, history }: { row: Row; history: CallHistory | undefined }): Life => ({
  from: row.state.createdAt,
  until: history?.closedAt ?? Number.POSITIVE_INFINITY,
});

const endsAsTold = ({ told, rows }: Played): string[] =>
  rows
    .filter(({ state }) => wasAsked(state))
    .map(({ state }) => `${told.script.story} ${state.cause}`);

/** Everything after the end of the call is said of its record alone. */
export function compareRecord({ state, columns, events }: Row, history: CallHistory): Compared {
  const ended = history.writes.at(-1)?.state ?? state;
  const { enrichment: _later, ...kept } = state;
  const { version, touchedAt, enrichment } = ended;
  const atItsEnd: CallState = {
    ...kept,
    version,
    touchedAt,
    ...(enrichment !== undefined && { enrichment }),
  };
  const first = events.filter((event) => event.version <= version);
  const row = { state: atItsEnd, columns: { ...(columns as object), version }, events: first };
  const compared = agreement(row, history, { terminated: false, missed: wasMissed(state) });
  const later = events.filter((event) => event.version > version);
  return {
    ...compared,
    is: { ...(compared.is as object), later: later.map((each) => each.type) },
    shouldBe: {
      ...(compared.shouldBe as object),
      later: Array.from({ length: state.version - version }, () => 'call.updated'),
    },
  };
}

const wasMissed = ({ acceptedAt, parties }: CallState): boolean =>
  acceptedAt === undefined &&
  !parties.some(({ role, state }) => role === 'callee' && state === 'rejected');

/** A start of which no workflow came about: nobody rang, and nobody heard of it. */
const compareUnstarted = ({ state, events }: Row): Compared => ({
  of: `call ${state.callId}, of which there is no workflow`,
  is: { cause: state.cause, events },
  shouldBe: { cause: 'unreachable', events: [] },
});

export interface Played {
  readonly told: Told;
  /** The calls in the store that this request became. */
  readonly rows: readonly Row[];
  /** The calls at the provider. */
  readonly rung: readonly RungCall[];
  /** See `disturbances`. */
  readonly disturbedBy: readonly string[];
}

const isUndisturbed = ({ disturbedBy }: Played): boolean => disturbedBy.length === 0;

/** Of nobody's doing: what was placed cannot be found, or how it ended cannot be known. */
const UNKNOWABLE = ['dial_unknown', 'provider_lost'];
const TALKED = ['hangup', 'max_duration'];
const NOT_TALKED = ['cancelled', 'no_answer', 'rejected', 'unreachable', 'provider_failed'];
/** Its provider says that it is over and every push was lost: only our own wish names an end. */
const NO_RECORD = 'no record within its time';

/**
 * At most one pair of legs for one request, which was sent once, every leg hung up, and one end that
 * fits what happened; where nothing disturbed it, that of its story. Where a request that was repeated on
 * its way rings the first phone again, the second one rings once all the same.
 */
export function compareEnds(played: Played): Compared {
  const { told: app, rows, rung } = played;
  const { script, callSids } = app;
  const pairs = rung.filter(({ legs }) => legs.length > 0);
  const wasTalkedIn = rung.some(({ talkingAt }) => talkingAt !== undefined);
  const ofStory = ENDS[script.story][wasTalkedIn ? 'talked' : 'untalked'];
  const mayBe = [...UNKNOWABLE, ...(wasTalkedIn ? TALKED : NOT_TALKED)];
  const isLeft = isUndisturbed(played);
  const fits = ({ cause, evidence }: CallState): boolean => {
    if (isLeft) return cause === ofStory;
    return (
      mayBe.some((each) => each === cause) || (evidence === NO_RECORD && cause === 'cancelled')
    );
  };
  const asked = rows.filter(({ state }) => wasAsked(state));
  const told = [...new Set(callSids.map(callIdOfSid))];
  const strangers = told.filter((id) => !rows.some(({ state }) => state.callId === id));
  // Whoever was told of a call before it was refused, and asks again, is told of the next one.
  const named = asked.filter(({ state }) => told.includes(state.callId));
  const dials = Math.max(0, ...Object.values(counted(rung.map(({ token }) => token))));
  const most = script.fault?.isTwice === true ? 2 : 1;
  const mostPairs = script.fault?.ringsAgain === true ? 2 : 1;
  const others = rung.filter(({ legs }) => legs.length > 1).length;
  return {
    of: described(script),
    is: {
      pairs: pairs.length,
      others,
      dials,
      isOverThere: rung.every(({ endedAt }) => endedAt !== undefined),
      named: named.length,
      strangers,
      asked: asked.length,
      live: rows.filter(({ state }) => state.endedAt === undefined).length,
      causes: asked.map(({ state }) => (fits(state) ? 'fits' : state.cause)),
      brokenPromises: brokenPromises(played),
    },
    shouldBe: {
      pairs: Math.min(pairs.length, mostPairs),
      others: Math.min(others, 1),
      dials: Math.min(dials, most),
      isOverThere: true,
      named: Math.min(named.length, 1),
      strangers: [],
      asked: isLeft ? 1 : Math.min(asked.length, 1),
      live: 0,
      causes: asked.map(() => 'fits'),
      brokenPromises: [],
    },
  };
}

/** One that was never sent rang nobody; the next try is another call. */
const wasAsked = ({ cause, placing }: CallState): boolean =>
  cause !== 'unreachable' && placing?.kind !== 'refused';

/** Nobody could say within its bound what had come of placing it. */
const isUnknown = ({ state }: Row): boolean => state.cause === 'dial_unknown';

/** Where no answer to its placing said that it was placed, only a push or a list can have brought its id. */
const wasFound = ({ told, rows }: Played): boolean =>
  told.script.fault?.isLost === true &&
  rows.some(({ state }) => state.providerCallId !== undefined);

/** Without the time in which the product was dead, and could not end it. */
function livedMs(
  { rangAt, endedAt = Number.POSITIVE_INFINITY }: RungCall['legs'][number],
  uptimes: readonly Uptime[],
): number {
  const up = uptimes.map(({ from, until }) => Math.min(until, endedAt) - Math.max(from, rangAt));
  return up.reduce((sum, ms) => sum + Math.max(0, ms), 0);
}

function counted(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
