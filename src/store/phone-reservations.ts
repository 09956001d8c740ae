import { and, arrayContains, desc, eq, gt, inArray, lt, lte, ne, or, sql } from 'drizzle-orm';
import { type CallState, callerOf, LIVE_STATUSES } from '../call/state.js';
import { HOTLINE } from '../contract/phone-plan.js';
import type { RecordedCall } from '../ports/call-reader.js';
import type {
  PhoneGuard,
  PhoneLimits,
  PhoneReservations,
  PhoneReserveOutcome,
} from '../ports/phone-reservations.js';
import { calleeIdsOf, callRow } from './call-row.js';
import type { Database, Queries } from './database.js';
import { calls, switches } from './schema.js';
import { lockUsers } from './user-locks.js';

const HOUR_MS = 3_600_000;
/** However often it is asked for, one request of a user rings once within this. */
const SAME_WITHIN_MS = 15_000;
const DIALLING = 'phone-dialling';
/** Whoever counts all calls keeps others from adding one meanwhile. */
const EVERYBODY = '*';

const isPhone = eq(calls.channel, 'phone');
const isLive = inArray(calls.status, [...LIVE_STATUSES]);
/** Those that rang nobody for certain. */
const wasNotRefused = sql`${calls.snapshot} -> 'placing' ->> 'kind' is distinct from 'refused'`;
const recorded = { state: calls.snapshot, startBy: calls.startBy };

/** @see PhoneReservations */
export const createPhoneReservations = (database: Database): PhoneReservations => ({
  findSame: (state) => database.run((queries) => findSame(queries, state)),
  reserve: (call, limits) => database.transaction((queries) => reserve(queries, call, limits)),
  whyNotDial: (callId, limits) =>
    database.run(async (queries) => {
      const [call] = await queries
        .select({ callerId: calls.callerId, createdAt: calls.createdAt })
        .from(calls)
        .where(eq(calls.id, callId));
      if (call === undefined) return 'missing';
      const guard = await guardOf(queries, { ...call, callId, until: call.createdAt }, limits);
      if (guard !== undefined) return guard;
      const other = await livePhoneCall(queries, call.callerId, callId);
      return other === undefined ? undefined : 'caller_in_call';
    }),
  dialling: {
    isOn: () => database.run(isOn),
    set: (on) =>
      database.run(async (queries) => {
        await queries
          .insert(switches)
          .values({ name: DIALLING, isOn: on })
          .onConflictDoUpdate({ target: switches.name, set: { isOn: on } });
      }),
  },
});

/** On, until somebody says otherwise. */
async function isOn(queries: Queries): Promise<boolean> {
  const [row] = await queries.select().from(switches).where(eq(switches.name, DIALLING));
  return row?.isOn ?? true;
}

async function reserve(
  queries: Queries,
  { state, startBy }: RecordedCall,
  limits: PhoneLimits,
): Promise<PhoneReserveOutcome> {
  const caller = callerOf(state).userId;
  const people = [caller, ...calleeIdsOf(state)].filter((userId) => userId !== HOTLINE);
  await lockUsers(queries, [EVERYBODY, ...people]);
  const same = await findSame(queries, state);
  if (same !== undefined) {
    await queries.update(calls).set({ repeated: true }).where(eq(calls.id, same.state.callId));
    return { kind: 'same', ...same };
  }
  for (const userId of people) {
    const live = await livePhoneCall(queries, userId);
    const who = userId === caller ? 'caller' : 'callee';
    if (live !== undefined) return { kind: 'in-call', who, ...live };
  }
  const { callId, createdAt } = state;
  const why = await guardOf(queries, { callerId: caller, createdAt, callId }, limits);
  if (why !== undefined) return { kind: 'refused', why };
  await queries.insert(calls).values(callRow(state, startBy));
  return { kind: 'reserved' };
}

async function findSame(queries: Queries, state: CallState): Promise<RecordedCall | undefined> {
  const [same] = await queries
    .select(recorded)
    .from(calls)
    .where(
      and(
        isPhone,
        eq(calls.callerId, callerOf(state).userId),
        eq(calls.calleeIds, calleeIdsOf(state)),
        or(isLive, gt(calls.createdAt, state.createdAt - SAME_WITHIN_MS)),
        wasNotRefused,
      ),
    )
    .orderBy(desc(calls.id))
    .limit(1);
  return same;
}

/** A phone call of this user that looks live; before the given call, if one is. */
export async function livePhoneCall(
  queries: Queries,
  userId: string,
  before?: number,
): Promise<RecordedCall | undefined> {
  const [live] = await queries
    .select(recorded)
    .from(calls)
    .where(
      and(
        isPhone,
        isLive,
        or(eq(calls.callerId, userId), arrayContains(calls.calleeIds, [userId])),
        before === undefined ? undefined : lt(calls.id, before),
      ),
    )
    .limit(1);
  return live;
}

interface Counted {
  readonly callId: number;
  readonly callerId: string;
  readonly createdAt: number;
  /** What came later does not count against it. */
  readonly until?: number;
}

async function guardOf(
  queries: Queries,
  { callId, callerId, createdAt, until }: Counted,
  { perUser, perTenant }: PhoneLimits,
): Promise<PhoneGuard | undefined> {
  if (!(await isOn(queries))) return 'switched_off';
  const [count] = await queries
    .select({
      ofAll: sql`count(*)`.mapWith(Number),
      ofUser: sql`count(*) filter (where ${eq(calls.callerId, callerId)})`.mapWith(Number),
    })
    .from(calls)
    .where(
      and(
        isPhone,
        gt(calls.createdAt, createdAt - HOUR_MS),
        until === undefined ? undefined : lte(calls.createdAt, until),
        ne(calls.id, callId),
        wasNotRefused,
      ),
    );
  if (count !== undefined && count.ofUser >= perUser) return 'user_limit';
  return count !== undefined && count.ofAll >= perTenant ? 'tenant_limit' : undefined;
}
