import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { sql } from 'drizzle-orm';
import { type CallState, callerOf } from '../../src/call/state.js';
import type { OutwardEvent } from '../../src/call/step.js';
import { listedCallView } from '../../src/contract/history-view.js';
import { callWorkflowId } from '../../src/contract/ids.js';
import { openPglite } from '../../src/store/pglite.js';
import { type Repositories, repositories } from '../store/stores.js';
import { type CallHistory, historyOf } from './call-history.js';
import type { Outcome } from './insistent-call.js';
import { FIRST_USER, type Theatre } from './kill-theatre.js';
import type { Uptime } from './mortal-product.js';
import { ringMarginAfter } from './ring-margin.js';

/** What is known of a call, and what that must be. */
export interface Compared {
  readonly is: unknown;
  readonly shouldBe: unknown;
}

export interface KillAudit {
  readonly calls: readonly Compared[];
  /** Reserved for a create that was never answered, and whether anybody heard of them. */
  readonly neverRang: readonly Compared[];
  readonly busyLines: readonly unknown[];
  /** Cursors of users who were not told every event once, in one gapless order. */
  readonly wrongCursors: readonly unknown[];
  /** Of each unanswered call. */
  readonly lateness: readonly Lateness[];
}

/** By how much the ring deadline ended a call late, from when it could. */
export interface Lateness {
  readonly ms: number;
  readonly allowedMs: number;
}

interface Row {
  readonly state: CallState;
  readonly columns: unknown;
  readonly events: readonly OutwardEvent[];
}

/** Kills the product for the last time, and reads what it left. */
export async function auditKills(
  { product, temporal }: Theatre,
  outcomes: readonly Outcome[],
): Promise<KillAudit> {
  const own = outcomes.filter(({ terminated }) => terminated !== true);
  for (const { callId } of own) await temporal.workflow.getHandle(callWorkflowId(callId)).result();
  await product.kill();
  const database = await openPglite(join(product.place.dataFolder, 'store'));
  try {
    const store = repositories(database);
    const rows = await rowsOf(store);
    const known = new Set(outcomes.map(({ callId }) => callId));
    const lost = [...rows.values()].filter(({ state }) => !known.has(state.callId));
    return {
      calls: await Promise.all(
        outcomes.map(async (outcome) =>
          compare(outcome, rows.get(outcome.callId), await historyOf(temporal, outcome.callId)),
        ),
      ),
      neverRang: await Promise.all(lost.map((row) => compareLost(temporal, row))),
      busyLines: await store.rows(sql`
        select user_id, call_id from busy_lines where length(user_id) = ${String(FIRST_USER).length}`),
      wrongCursors: await store.rows(sql`
        select user_id, last_seq, count(distinct seq), count(distinct event_id), max(seq)
        from user_cursors full join user_events using (user_id) group by user_id, last_seq
        having last_seq is distinct from max(seq) or last_seq <> count(distinct seq)
          or last_seq <> count(distinct event_id)`),
      lateness: own
        .flatMap(({ callId }) => rows.get(callId)?.state ?? [])
        .filter(({ cause }) => cause === 'no_answer')
        .map((state) => lateness(state, product.uptimes)),
    };
  } finally {
    await database.close();
  }
}

async function rowsOf({ rows }: Repositories): Promise<Map<number, Row>> {
  const calls = await rows(sql`
    select id, snapshot, status, version::int, cause, accepted_at, started_at, ended_at, missed
    from calls where length(caller_id) = ${String(FIRST_USER).length} order by id`);
  const events = await rows(sql`
    select call_id, type, version::int, at, user_id, terminal_id, why from events order by version, nth`);
  return new Map(
    calls.map(({ id, snapshot, ...columns }) => [
      Number(id),
      {
        state: snapshot as CallState,
        columns,
        events: events.filter(({ call_id }) => Number(call_id) === Number(id)).map(eventOf),
      },
    ]),
  );
}

const eventOf = (row: Record<string, unknown>): OutwardEvent =>
  JSON.parse(
    JSON.stringify({
      type: row.type,
      version: row.version,
      at: Number(row.at),
      userId: row.user_id ?? undefined,
      terminalId: row.terminal_id ?? undefined,
      why: row.why ?? undefined,
    }),
  ) as OutwardEvent;

function compare(
  outcome: Outcome,
  row: Row | undefined,
  history: CallHistory | undefined,
): Compared {
  const { callId, end, updates, terminated } = outcome;
  // Samples are batched, and a killed process loses the last batch.
  const { quality: _quality, ...shown } = outcome.shown;
  if (row === undefined || history === undefined) {
    return { is: { callId, row, history }, shouldBe: { callId, row: 'known', history: 'known' } };
  }
  const { state } = row;
  const { status, cause, version } = end;
  const isByCommand = /^(reject|cancel|hangup) /.test(updates.at(-1) ?? '');
  const told = history.writes.flatMap(({ events }) => events);
  const byItself = terminated !== true;
  return {
    is: {
      callId,
      shown,
      end: endOf(state),
      columns: row.columns,
      workflow: { status: history.status, result: history.result },
      updates: history.updates,
      // The end as it was answered, and as it was written last.
      answered: isByCommand ? history.lastAnswer : undefined,
      written: history.writes.at(-1)?.state,
      events: last(row.events, told.length),
      versions: versionsOf(row.events),
      ends: row.events.filter(({ type }) => type === 'call.ended').length,
    },
    shouldBe: {
      callId,
      shown: listedCallView(state, callerOf(state).userId),
      end,
      columns: columnsOf(state, end.calleeTerminal !== null || status === 'rejected'),
      workflow: byItself
        ? { status: 'COMPLETED', result: { status, cause, version } }
        : { status: 'TERMINATED', result: undefined },
      updates,
      answered: isByCommand ? state : undefined,
      written: byItself ? state : history.writes.at(-1)?.state,
      events: byItself ? told : last(row.events, told.length),
      versions: Array.from({ length: version - 1 }, (_, index) => index + 2),
      ends: 1,
    },
  };
}

const versionsOf = (events: readonly OutwardEvent[]): number[] => [
  ...new Set(events.map(({ version }) => version).filter((version) => version > 1)),
];

/** The first ones are announced by a local activity, of which no history keeps the input. */
const last = (events: readonly OutwardEvent[], count: number): readonly OutwardEvent[] =>
  events.slice(Math.max(0, events.length - count));

function endOf(state: CallState): Outcome['end'] {
  const { status, version, cause = '', reason = '', endedBy: by = '' } = state;
  const callee = state.parties.find(({ role }) => role === 'callee');
  return { status, version, cause, reason, by, calleeTerminal: callee?.terminalId ?? null };
}

const columnsOf = (state: CallState, responded: boolean) => ({
  status: state.status,
  version: state.version,
  cause: state.cause,
  accepted_at: state.acceptedAt ?? null,
  started_at: state.startedAt ?? null,
  ended_at: state.endedAt,
  missed: !responded,
});

/** A refused create is recorded as such; one whose start came too late rang nobody. */
async function compareLost(temporal: Client, { state, events }: Row): Promise<Compared> {
  const history = await historyOf(temporal, state.callId);
  const isBusy = state.cause === 'busy';
  const result = { status: state.status, cause: state.cause, version: state.version };
  return {
    is: {
      callId: state.callId,
      status: state.status,
      cause: state.cause,
      events: events.map(({ type }) => type),
      workflow: history?.result,
    },
    shouldBe: {
      callId: state.callId,
      status: 'ended',
      cause: isBusy ? 'busy' : 'unreachable',
      events: isBusy ? ['call.ended'] : [],
      workflow: history === undefined ? undefined : result,
    },
  };
}

/**
 * From the ring deadline, or from the return of the product, to the end: in the first of its lives
 * that was long enough, or in the one in which the ring ended.
 */
function lateness({ ring, endedAt = 0 }: CallState, uptimes: readonly Uptime[]): Lateness {
  const chances = uptimes.map(({ from, until, startMs }) => {
    const allowedMs = ringMarginAfter(startMs);
    return { from: Math.max(from, ring.until), until, allowedMs };
  });
  const chance = chances.find(
    ({ from, until, allowedMs }) => until - from > allowedMs || endedAt <= until,
  );
  if (chance === undefined) throw new Error('a ring ended when nobody was there to end it');
  return { ms: endedAt - chance.from, allowedMs: chance.allowedMs };
}
