import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  index,
  integer,
  pgSequence,
  pgTable,
  primaryKey,
} from 'drizzle-orm/pg-core';
import {
  type CallState,
  type CallStatus,
  type Channel,
  type EndCause,
  LIVE_STATUSES,
} from '../call/state.js';
import type { OutwardEvent, RingingStopped } from '../call/step.js';
import { json, text } from './columns.js';

/** Times are milliseconds since the epoch, as everywhere in a call. */
const time = (name: string) => bigint(name, { mode: 'number' });
const callId = () => bigint('call_id', { mode: 'number' });
const snapshot = json<CallState>();

export const callIds = pgSequence('call_ids', { startWith: 1 });

const LIVE = sql.raw(`status in (${LIVE_STATUSES.map((each) => `'${each}'`).join(', ')})`);

/** One row per call: its latest written snapshot, beside the columns it is looked up by. */
export const calls = pgTable(
  'calls',
  {
    id: bigint({ mode: 'number' }).primaryKey(),
    version: integer().notNull(),
    status: text().$type<CallStatus>().notNull(),
    channel: text().$type<Channel>().notNull(),
    cause: text().$type<EndCause>(),
    callerId: text('caller_id').notNull(),
    callerTerminalId: text('caller_terminal_id'),
    calleeIds: text('callee_ids').array().notNull(),
    conversationId: text('conversation_id'),
    /** The provider's id of the call, where one placed it. */
    providerCallId: text('provider_call_id'),
    callType: text('call_type').$type<CallState['callType']>().notNull(),
    bizType: text('biz_type').$type<CallState['bizType']>().notNull(),
    createdAt: time('created_at').notNull(),
    startBy: time('start_by').notNull(),
    acceptedAt: time('accepted_at'),
    startedAt: time('started_at'),
    endedAt: time('ended_at'),
    /** Over, and no callee accepted or rejected it. */
    missed: boolean().notNull(),
    /** The callees who neither accepted nor rejected it. */
    missedBy: text('missed_by').array().notNull().default(sql.raw("'{}'")),
    /** The call whose line this one took over from the caller's terminal. */
    supersedes: bigint({ mode: 'number' }),
    /** Another request was answered with this call, and may have started it. */
    repeated: boolean().notNull().default(false),
    snapshot: snapshot().notNull(),
  },
  (table) => [
    index('calls_by_caller').on(table.callerId, table.createdAt, table.id),
    index('calls_by_callee').using('gin', table.calleeIds),
    index('calls_by_missed').using('gin', table.missedBy),
    index('calls_by_time').on(table.createdAt, table.id),
    index('calls_by_provider_id')
      .on(table.providerCallId)
      .where(sql.raw('provider_call_id is not null')),
    index('calls_live').on(table.id).where(LIVE),
    index('calls_live_by_caller').on(table.callerId).where(LIVE),
    index('calls_live_by_callee').using('gin', table.calleeIds).where(LIVE),
  ],
);

/** A user who is in a call, or being called: one call at a time. */
export const busyLines = pgTable(
  'busy_lines',
  {
    userId: text('user_id').primaryKey(),
    callId: callId()
      .notNull()
      .references(() => calls.id, { onDelete: 'cascade' }),
  },
  (table) => [index('busy_lines_by_call').on(table.callId)],
);

export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    callerId: text('caller_id').notNull(),
    key: text().notNull(),
    bodyHash: text('body_hash').notNull(),
    callId: callId()
      .notNull()
      .references(() => calls.id, { onDelete: 'cascade' }),
    createdAt: time('created_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.callerId, table.key] }),
    index('idempotency_keys_by_call').on(table.callId),
  ],
);

/** Everything the outside is told, once: the `nth` event of a version of a call. */
export const events = pgTable(
  'events',
  {
    eventId: text('event_id').primaryKey(),
    callId: callId().notNull(),
    version: integer().notNull(),
    nth: integer().notNull(),
    type: text().$type<OutwardEvent['type']>().notNull(),
    at: time('at').notNull(),
    userId: text('user_id'),
    terminalId: text('terminal_id'),
    why: text().$type<RingingStopped>(),
    snapshot: snapshot().notNull(),
  },
  (table) => [index('events_by_call').on(table.callId, table.version, table.nth)],
);

/** Who is told an event, numbered per user from 1 without gaps. */
export const userEvents = pgTable(
  'user_events',
  {
    userId: text('user_id').notNull(),
    seq: bigint({ mode: 'number' }).notNull(),
    eventId: text('event_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.seq] })],
);

export const userCursors = pgTable('user_cursors', {
  userId: text('user_id').primaryKey(),
  lastSeq: bigint('last_seq', { mode: 'number' }).notNull(),
});

/** Where the backend of an application wants the callbacks that come to us. */
export const callbackTargets = pgTable('callback_targets', {
  appId: text('app_id').primaryKey(),
  url: text().notNull(),
  commands: text().array().notNull(),
});

export const qualitySamples = pgTable(
  'quality_samples',
  {
    callId: callId().notNull(),
    userId: text('user_id').notNull(),
    terminalId: text('terminal_id').notNull(),
    quality: text().notNull(),
    at: time('at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.callId, table.userId, table.terminalId] })],
);
