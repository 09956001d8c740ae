import type { Client } from '@temporalio/client';
import { type CallState, callerOf } from '../../../../src/call/state.js';
import { listedCallView } from '../../../../src/contract/history-view.js';
import { callWorkflowId } from '../../../../src/contract/ids.js';
import type { Outcome } from '../../insistent-call.js';
import { ringMarginAfter } from '../../ring-margin.js';
import { type CallHistory, historyOf } from '../call-history.js';
import { agreement, type Compared, type Row, readWhatIsLeft } from '../kill-audit.js';
import type { Uptime } from '../mortal-product.js';
import { FIRST_USER, type Theatre } from './theatre.js';

export interface KillAudit {
  readonly calls: readonly Compared[];
  /** Reserved for a create that was never answered, and whether anybody heard of them. */
  readonly neverRang: readonly Compared[];
  readonly busyLines: readonly unknown[];
  readonly wrongCursors: readonly unknown[];
  /** Of each unanswered call. */
  readonly lateness: readonly Lateness[];
}

/** By how much the ring deadline ended a call late, from when it could. */
export interface Lateness {
  readonly ms: number;
  readonly allowedMs: number;
}

/** Of the people of these tests; those of the demonstration have smaller numbers. */
const isOurs = (userId: unknown): boolean => String(userId).length === String(FIRST_USER).length;

/** Kills the product for the last time, and reads what it left. */
export async function auditKills(
  { product, temporal }: Theatre,
  outcomes: readonly Outcome[],
): Promise<KillAudit> {
  const own = outcomes.filter(({ terminated }) => terminated !== true);
  for (const { callId } of own) await temporal.workflow.getHandle(callWorkflowId(callId)).result();
  const { rows, busyLines, wrongCursors } = await readWhatIsLeft(product, isOurs);
  const rowOf = new Map(rows.map((row) => [row.state.callId, row]));
  const known = new Set(outcomes.map(({ callId }) => callId));
  const lost = rows.filter(({ state }) => !known.has(state.callId));
  return {
    calls: await Promise.all(
      outcomes.map(async (outcome) =>
        compare(outcome, rowOf.get(outcome.callId), await historyOf(temporal, outcome.callId)),
      ),
    ),
    neverRang: await Promise.all(lost.map((row) => compareLost(temporal, row))),
    busyLines: busyLines.filter(({ user_id }) => isOurs(user_id)),
    wrongCursors,
    lateness: own
      .flatMap(({ callId }) => rowOf.get(callId)?.state ?? [])
      .filter(({ cause }) => cause === 'no_answer')
      .map((state) => lateness(state, product.uptimes)),
  };
}

function compare(
  outcome: Outcome,
  row: Row | undefined,
  history: CallHistory | undefined,
): Compared {
  const { callId, end, updates, terminated = false } = outcome;
  // Samples are batched, and a killed process loses the last batch.
  const { quality: _quality, ...shown } = outcome.shown;
  if (row === undefined || history === undefined) {
    return { is: { callId, row, history }, shouldBe: { callId, row: 'known', history: 'known' } };
  }
  const { state } = row;
  const isByCommand = /^(reject|cancel|hangup) /.test(updates.at(-1) ?? '');
  const missed = end.calleeTerminal === null && end.status !== 'rejected';
  const { is, shouldBe } = agreement(row, history, { terminated, missed });
  return {
    is: {
      callId,
      shown,
      end: endOf(state),
      updates: history.updates,
      answered: isByCommand ? history.lastAnswer : undefined,
      sources: is,
    },
    shouldBe: {
      callId,
      shown: listedCallView(state, callerOf(state).userId),
      end,
      updates,
      answered: isByCommand ? state : undefined,
      sources: shouldBe,
    },
  };
}

function endOf(state: CallState): Outcome['end'] {
  const { status, version, cause = '', reason = '', endedBy: by = '' } = state;
  const callee = state.parties.find(({ role }) => role === 'callee');
  return { status, version, cause, reason, by, calleeTerminal: callee?.terminalId ?? null };
}

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
