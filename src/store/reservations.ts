import { and, eq, gt, inArray, isNull, or, sql } from 'drizzle-orm';
import { type CallState, callerOf, LIVE_STATUSES, partyOf } from '../call/state.js';
import type { Reservations, ReserveCall, ReserveOutcome } from '../ports/reservations.js';
import { calleeIdsOf, callRow } from './call-row.js';
import type { Database, Queries } from './database.js';
import { decideLines, type HeldLine, linesDone, linesWanted } from './lines.js';
import { canBeNew, isExpired, KEY_VALID_MS, reserveAtOnce } from './reserve-at-once.js';
import { busyLines, calls, idempotencyKeys } from './schema.js';
import { lockUsers } from './user-locks.js';

/** @see Reservations */
export const createReservations = (database: Database): Reservations => ({
  nextCallId: () => database.run(nextCallId),
  wasReserved: (request) =>
    database.run(async (queries) => (await repeated(queries, request))?.kind === 'replayed'),
  async reserve(request) {
    const isNew = canBeNew(request) && (await reserveAtOnce(database, request));
    if (isNew) return { kind: 'reserved' };
    return database.transaction((queries) => reserve(queries, request));
  },
  abandon: (callId) => database.transaction((queries) => abandon(queries, callId)),
  nameProviderCall: (callId, providerCallId) =>
    database.run(async (queries) => {
      await queries.update(calls).set({ providerCallId }).where(eq(calls.id, callId));
    }),
  freeLine: ({ userId, callId }) =>
    database.run(async (queries) => {
      await queries
        .delete(busyLines)
        .where(and(eq(busyLines.userId, userId), eq(busyLines.callId, callId)));
    }),
});

async function nextCallId(queries: Queries): Promise<number> {
  const [row] = await queries
    .select({ id: sql`next.id`.mapWith(Number) })
    .from(sql`(select nextval('call_ids') as id) as next`);
  if (row === undefined) throw new Error('a sequence gave no number');
  return row.id;
}

async function reserve(queries: Queries, request: ReserveCall): Promise<ReserveOutcome> {
  const { state } = request;
  await lockUsers(queries, [callerOf(state).userId, ...calleeIdsOf(state)]);
  const known = await repeated(queries, request);
  if (known?.kind === 'replayed') await markRepeated(queries, known.state.callId);
  if (known !== undefined) return known;
  const decision = decideLines(state, await heldLines(queries, linesWanted(state)));
  if (decision.kind === 'reserved') await book(queries, request, decision.supersedes);
  return decision;
}

const repeated = async (queries: Queries, request: ReserveCall) =>
  (await repeatedKey(queries, request)) ?? (await repeatedCreate(queries, request));

async function markRepeated(queries: Queries, callId: number): Promise<void> {
  await queries.update(calls).set({ repeated: true }).where(eq(calls.id, callId));
}

const stored = {
  state: calls.snapshot,
  startBy: calls.startBy,
  supersedes: calls.supersedes,
};

type Stored = Pick<typeof calls.$inferSelect, 'startBy' | 'supersedes'> & { state: CallState };

const replayed = ({ supersedes, ...call }: Stored): ReserveOutcome => ({
  kind: 'replayed',
  ...call,
  ...(supersedes !== null && { supersedes }),
});

async function repeatedKey(
  queries: Queries,
  { state, idempotency }: ReserveCall,
): Promise<ReserveOutcome | undefined> {
  if (idempotency === undefined) return undefined;
  const [known] = await queries
    .select({ bodyHash: idempotencyKeys.bodyHash, ...stored })
    .from(idempotencyKeys)
    .innerJoin(calls, eq(calls.id, idempotencyKeys.callId))
    .where(
      and(
        eq(idempotencyKeys.callerId, callerOf(state).userId),
        eq(idempotencyKeys.key, idempotency.key),
        stillHolds(state.createdAt, idempotency.holdsMs),
      ),
    );
  if (known === undefined) return undefined;
  const { bodyHash, ...call } = known;
  return bodyHash === idempotency.bodyHash ? replayed(call) : { kind: 'key-reused' };
}

function stillHolds(now: number, holdsMs: number | undefined) {
  if (holdsMs === undefined) return gt(idempotencyKeys.createdAt, now - KEY_VALID_MS);
  return and(
    or(
      gt(idempotencyKeys.createdAt, now - holdsMs),
      inArray(calls.status, [...LIVE_STATUSES]),
      sql`(${calls.snapshot} ->> 'claimBy')::bigint > ${now}`,
    ),
    sql`${calls.snapshot} -> 'placing' ->> 'kind' is distinct from 'refused'`,
  );
}

/** The same create again, while its call still rings: the first answer was lost. */
async function repeatedCreate(
  queries: Queries,
  { state }: ReserveCall,
): Promise<ReserveOutcome | undefined> {
  const { userId, terminalId } = callerOf(state);
  if (terminalId === undefined) return undefined;
  const [call] = await queries
    .select(stored)
    .from(calls)
    .where(
      and(
        eq(calls.status, 'calling'),
        eq(calls.channel, state.channel),
        eq(calls.callerId, userId),
        eq(calls.callerTerminalId, terminalId),
        eq(calls.calleeIds, calleeIdsOf(state)),
        state.conversationId === undefined
          ? isNull(calls.conversationId)
          : eq(calls.conversationId, state.conversationId),
        eq(calls.callType, state.callType),
      ),
    )
    .limit(1);
  return call && replayed(call);
}

async function heldLines(queries: Queries, userIds: string[]): Promise<HeldLine[]> {
  if (userIds.length === 0) return [];
  return queries
    .select({
      userId: busyLines.userId,
      callId: busyLines.callId,
      startBy: calls.startBy,
      holder: calls.snapshot,
    })
    .from(busyLines)
    .innerJoin(calls, eq(calls.id, busyLines.callId))
    .where(inArray(busyLines.userId, userIds))
    .orderBy(busyLines.userId);
}

async function book(
  queries: Queries,
  { state, startBy, idempotency }: ReserveCall,
  supersedes: number | undefined,
): Promise<void> {
  const { callId } = state;
  await queries
    .insert(calls)
    .values({ ...callRow(state, startBy), supersedes: supersedes ?? null });
  const lines = linesWanted(state).map((userId) => ({ userId, callId }));
  if (lines.length > 0) {
    await queries
      .insert(busyLines)
      .values(lines)
      .onConflictDoUpdate({ target: busyLines.userId, set: { callId } });
  }
  if (idempotency !== undefined) await bind(queries, { state, startBy, idempotency });
}

/** A caller's expired keys go with each new one, so that none outlives its use by long. */
async function bind(
  queries: Queries,
  { state, idempotency }: Required<ReserveCall>,
): Promise<void> {
  const callerId = callerOf(state).userId;
  await queries.delete(idempotencyKeys).where(isExpired(state));
  const { callId, createdAt } = state;
  const { key, bodyHash } = idempotency;
  await queries
    .insert(idempotencyKeys)
    .values({ key, bodyHash, callerId, callId, createdAt })
    .onConflictDoUpdate({
      target: [idempotencyKeys.callerId, idempotencyKeys.key],
      set: { bodyHash, callId, createdAt },
    });
}

/** Its lines go with the row. A repeat may have started the call meanwhile: then it stays. */
async function abandon(queries: Queries, callId: number): Promise<void> {
  const [call] = await queries
    .select({ callerId: calls.callerId, calleeIds: calls.calleeIds })
    .from(calls)
    .where(eq(calls.id, callId));
  if (call === undefined) return;
  await lockUsers(queries, [call.callerId, ...call.calleeIds]);
  if (await wasRepeated(queries, callId)) return;
  await undoReservation(queries, callId);
  await queries.delete(calls).where(eq(calls.id, callId));
}

async function wasRepeated(queries: Queries, callId: number): Promise<boolean> {
  const [call] = await queries
    .select({ repeated: calls.repeated })
    .from(calls)
    .where(eq(calls.id, callId));
  return call?.repeated === true;
}

/** For a call that never rang: the line it took over goes back, and its key is free again. */
export async function undoReservation(queries: Queries, callId: number): Promise<void> {
  await queries.delete(idempotencyKeys).where(eq(idempotencyKeys.callId, callId));
  const [call] = await queries
    .select({ callerId: calls.callerId, supersedes: calls.supersedes })
    .from(calls)
    .where(eq(calls.id, callId));
  if (call === undefined || call.supersedes === null) return;
  await queries.delete(busyLines).where(eq(busyLines.callId, callId));
  await giveBack(queries, call.callerId, call.supersedes);
}

/** Locks the former call, so that a write that ends it comes before this or frees the line after. */
async function giveBack(queries: Queries, userId: string, callId: number): Promise<void> {
  const [former] = await queries
    .select({ state: calls.snapshot })
    .from(calls)
    .where(eq(calls.id, callId))
    .for('update');
  if (former === undefined || partyOf(former.state, userId) === undefined) return;
  if (linesDone(former.state).includes(userId)) return;
  await queries.insert(busyLines).values({ userId, callId }).onConflictDoNothing();
}
