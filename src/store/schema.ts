import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  index,
  integer,
  pgSequence,
  pgTable,
  primaryKey,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import {
  type CallState,
  type CallStatus,
  type Channel,
  type EndCause,
  LIVE_STATUSES,
} from '../call/state.js';
import type { OutwardEvent, RingingStopped } from '../call/step.js';
import type { DeliveryStatus, WebhookEndpoint } from '../ports/webhooks.js';
import { json, text } from './columns.js';

/** Times are milliseconds since the epoch, as everywhere in a call. */
const time = (name: string) => bigint(name, { mode: 'number' });
const callId = () => bigint('call_id', { mode: 'number' });
const snapshot = json<CallState>();

export const callIds = pgSequence('call_ids', { startWith: 1 });

const LIVE = sql.raw(`status in (${LIVE_STATUSES.map((each) => `'${each}'`).join(', ')})`);
/** Live, or given up by an operator while its provider has not confirmed the end. */
export const UNSETTLED = sql`(${LIVE} or ${sql.raw("snapshot ->> 'unreleased' is not null")})`;

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
    index('calls_unsettled').on(table.id).where(UNSETTLED),
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
  (table) => [
    index('events_by_call').on(table.callId, table.version, table.nth),
    index('events_by_time').on(table.at),
  ],
);

/** Who is told an event, numbered per user from 1 without gaps. */
export const userEvents = pgTable(
  'user_events',
  {
    userId: text('user_id').notNull(),
    seq: bigint({ mode: 'number' }).notNull(),
    eventId: text('event_id').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.seq] }),
    index('user_events_by_event').on(table.eventId),
  ],
);

export const userCursors = pgTable('user_cursors', {
  userId: text('user_id').primaryKey(),
  lastSeq: bigint('last_seq', { mode: 'number' }).notNull(),
});

/** Where the backend of an application wants the callbacks that come to us. */
export const callbackTargets = pgTable('callback_targets', {
  appId: text('app_id').primaryKey(),
  /** Sealed. */
  url: text().notNull(),
  commands: text().array().notNull(),
});

/** Phones of users. What is sealed opens only in its own row and column. */
export const users = pgTable('users', {
  userId: text('user_id').primaryKey(),
  /** Sealed E.164. */
  phone: text(),
  /** Sealed JSON of sid and token. */
  subAccount: text('sub_account'),
});

/** Settings that every process reads anew each time. */
export const switches = pgTable('switches', {
  name: text().primaryKey(),
  isOn: boolean('is_on').notNull(),
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

export const webhookEndpoints = pgTable(
  'webhook_endpoints',
  {
    id: text().primaryKey(),
    url: text().notNull(),
    /** null: every type. */
    eventTypes: text('event_types').array().$type<OutwardEvent['type'][]>(),
    status: text().$type<WebhookEndpoint['status']>().notNull(),
    disabledBecause: text('disabled_because').$type<'gone' | 'asked'>(),
    /** Sealed, as is the former one. */
    secret: text().notNull(),
    formerSecret: text('former_secret'),
    formerSecretUntil: time('former_secret_until'),
    /** How often it was disabled: what was queued before the last time is not sent. */
    epoch: integer().notNull().default(0),
    /** Gone for everybody; a sweep removes what it was told, and then the row. */
    removed: boolean().notNull().default(false),
    createdAt: time('created_at').notNull(),
    updatedAt: time('updated_at').notNull(),
  },
  (table) => [uniqueIndex('webhook_endpoints_url').on(table.url).where(sql.raw('not removed'))],
);

/** What an endpoint is to be told, written with the event: nothing is sent that is not here. */
export const webhookDeliveries = pgTable(
  'webhook_deliveries',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    endpointId: text('endpoint_id')
      .notNull()
      .references(() => webhookEndpoints.id, { onDelete: 'cascade' }),
    eventId: text('event_id').notNull(),
    callId: callId().notNull(),
    version: integer().notNull(),
    nth: integer().notNull(),
    type: text().$type<OutwardEvent['type']>().notNull(),
    status: text().$type<DeliveryStatus>().notNull(),
    createdAt: time('created_at').notNull(),
    /** Since when, and how often, it is tried. */
    since: time('since').notNull(),
    tried: integer().notNull().default(0),
    dueAt: time('due_at').notNull(),
    /** That of the endpoint when this was queued. */
    epoch: integer().notNull().default(0),
  },
  (table) => [
    uniqueIndex('webhook_deliveries_once').on(table.endpointId, table.eventId),
    index('webhook_deliveries_of_call').on(
      table.callId,
      table.endpointId,
      table.version,
      table.nth,
    ),
    index('webhook_deliveries_due').on(table.dueAt).where(sql.raw("status = 'pending'")),
    index('webhook_deliveries_waiting')
      .on(table.endpointId, table.epoch)
      .where(sql.raw("status = 'pending'")),
  ],
);

export const webhookAttempts = pgTable(
  'webhook_attempts',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    deliveryId: bigint('delivery_id', { mode: 'number' })
      .notNull()
      .references(() => webhookDeliveries.id, { onDelete: 'cascade' }),
    at: time('at').notNull(),
    durationMs: integer('duration_ms').notNull(),
    httpStatus: integer('http_status'),
    error: text(),
    excerpt: text().notNull(),
  },
  (table) => [index('webhook_attempts_by_delivery').on(table.deliveryId)],
);
