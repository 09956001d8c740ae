import { and, eq, lte, sql } from 'drizzle-orm';
import { type CallState, callerOf } from '../call/state.js';
import type { ReserveCall } from '../ports/reservations.js';
import { calleeIdsOf, callRow } from './call-row.js';
import { storable } from './columns.js';
import type { Database, Queries } from './database.js';
import { isDuplicate } from './failures.js';
import { linesWanted } from './lines.js';
import { calls, idempotencyKeys } from './schema.js';
import { locksOf } from './user-locks.js';

export const KEY_VALID_MS = 24 * 60 * 60 * 1_000;

export const isExpired = (state: CallState) =>
  and(
    eq(idempotencyKeys.callerId, callerOf(state).userId),
    lte(idempotencyKeys.createdAt, state.createdAt - KEY_VALID_MS),
  );

type WithKey = ReserveCall & Required<Pick<ReserveCall, 'idempotency'>>;

/** Whether only its key can say that it is the call of an earlier request, and no line stands in its way. */
export const canBeNew = (request: ReserveCall): request is WithKey =>
  request.idempotency !== undefined &&
  linesWanted(request.state).length === 0 &&
  callerOf(request.state).terminalId === undefined;

/** Books a call whose key is not known, in one statement; `false` where it is, and nothing is written. */
export const reserveAtOnce = (database: Database, request: WithKey): Promise<boolean> =>
  database.run((queries) =>
    queries.execute(bookNew(queries, request)).then(
      () => true,
      (error: unknown) => {
        if (isDuplicate(error)) return false;
        throw error;
      },
    ),
  );

/**
 * The locks are taken before anything is written: whoever decides about the same key in a transaction
 * has committed by then, and a key is unique among all that is committed, whatever the statement sees.
 */
function bookNew(queries: Queries, { state, startBy, idempotency }: WithKey) {
  const { callId, createdAt } = state;
  const callerId = callerOf(state).userId;
  const locked = sql`(select ${callId}::bigint from (select count(*) from locks) as taken)`;
  const row = { ...callRow(state, startBy), id: locked };
  const { key, bodyHash } = idempotency;
  return sql`
    with locks as materialized (${locksOf([callerId, ...calleeIdsOf(state)])}),
      booked as (${queries.insert(calls).values(row).returning({ id: calls.id }).getSQL()}),
      expired as (${queries.delete(idempotencyKeys).where(isExpired(state)).getSQL()})
    insert into ${idempotencyKeys} (caller_id, key, body_hash, call_id, created_at)
    select ${storable(callerId)}, ${storable(key)}, ${storable(bodyHash)}, id, ${createdAt}::bigint
    from booked`;
}
