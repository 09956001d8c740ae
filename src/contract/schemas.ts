import { z } from 'zod';
import { CALL_STATUSES, CHANNELS, END_CAUSES, STREAM_KINDS } from '../call/state.js';
import { LIMITS, lengthOf } from './limits.js';

export const text = (max: number) =>
  z
    .string()
    .refine((value) => lengthOf(value) <= max, { error: `must be at most ${max} characters` })
    .meta({ maxLength: max });
export const requiredText = (max: number) =>
  text(max)
    .refine((value) => value.trim() !== '', { error: 'must not be empty' })
    .meta({ minLength: 1, maxLength: max });

const MAX_INT64 = 9_223_372_036_854_775_807n;

/** A positive 64-bit integer; JSON numbers above 2^53 arrive as `bigint` and lose nothing. */
export const wireId = z
  .union([z.int().positive(), z.bigint().positive().max(MAX_INT64)], {
    error: 'must be a positive integer',
  })
  .meta({ override: { type: 'integer', format: 'int64', minimum: 1 } });

/** A user of ours, or an account of a provider, which need not be a number. */
const wireUser = z.union([wireId, z.string()]).meta({
  override: {
    anyOf: [{ type: 'integer', format: 'int64', minimum: 1 }, { type: 'string' }],
    description: 'On robot calls, an account that is no positive 64-bit integer is a string',
  },
});

export const nullable = <T extends z.ZodType>(schema: T) => schema.nullable();
export const isoTime = z.string().meta({
  format: 'date-time',
  description: 'UTC, whole seconds',
  example: '2026-07-05T10:05:30Z',
});

export const terminalId = requiredText(LIMITS.terminal_id).meta({
  description: 'The terminal this request speaks for',
  example: 'client-ios-xyz789',
});
const reason = text(LIMITS.reason)
  .nullish()
  .meta({ description: 'Free text; null or empty means the default', example: 'user_reject' });

export const callIdParam = z.object({
  callId: z
    .string()
    .regex(/^[1-9]\d{0,15}$/, { error: 'must be a positive integer' })
    .refine((digits) => Number.isSafeInteger(Number(digits)), { error: 'is out of range' })
    .meta({ override: { type: 'integer', format: 'int64', minimum: 1 }, example: 5001 }),
});

export const createCallBody = z
  .object({
    conversation_id: wireId.meta({ example: 1001 }),
    target_user_id: wireId.meta({ example: 20002 }),
    call_type: z.enum(['audio', 'video']),
    biz_type: z.literal('single', { error: 'must be "single"' }),
    terminal_id: terminalId,
    timeout_seconds: z
      .int()
      .min(1)
      .max(600)
      .optional()
      .meta({ description: 'How long the callee is rung; the service has a default' }),
  })
  .meta({ id: 'CreateCall' });

export const terminalBody = z.object({ terminal_id: terminalId }).meta({ id: 'TerminalRequest' });
export const reasonBody = z
  .object({ terminal_id: terminalId, reason })
  .meta({ id: 'ReasonRequest' });
export const mediaStateBody = z
  .object({
    terminal_id: terminalId,
    stage: requiredText(LIMITS.stage).meta({
      description: '`ringing`, `joined` and `left` move the call; other stages are remembered',
      example: 'joined',
    }),
    network_quality: text(LIMITS.network_quality).nullish().meta({ example: 'good' }),
  })
  .meta({ id: 'MediaStateRequest' });
export const rtcTokenBody = z
  .object({
    terminal_id: terminalId,
    takeover: z.boolean().optional().meta({ description: 'Move the party to this terminal' }),
  })
  .meta({ id: 'RtcTokenRequest' });

export const status = z.enum(CALL_STATUSES);
export const version = z
  .int()
  .positive()
  .meta({ description: 'Count of observable changes, from 1' });

const rtcAccess = {
  channel_name: z.string().meta({ example: 'call_5001_1001' }),
  app_id: z.string(),
  rtc_token: z.string(),
  expire_at: nullable(isoTime),
};

export const createdCall = z
  .object({
    call_id: wireId,
    conversation_id: wireId,
    call_type: z.enum(['audio', 'video']),
    biz_type: z.string(),
    status: z.literal('calling'),
    timeout_seconds: z.int(),
    version,
    ...rtcAccess,
    caller_uid: z.string(),
  })
  .meta({ id: 'CreatedCall' });

export const acceptedCall = z
  .object({
    call_id: wireId,
    status: z.literal('accepted'),
    ...rtcAccess,
    callee_uid: z.string(),
    version,
  })
  .meta({ id: 'AcceptedCall' });

export const rtcTokenAnswer = z
  .object({ call_id: wireId, status, ...rtcAccess, uid: z.string(), version })
  .meta({ id: 'RtcAccess' });

export const callStateObject = z
  .object({
    call_id: wireId,
    status,
    call_type: z.string(),
    biz_type: z.string(),
    conversation_id: nullable(wireId),
    channel_name: nullable(z.string()),
    app_id: nullable(z.string()),
    caller_user_id: wireUser,
    callee_user_id: wireUser,
    caller_uid: z.string(),
    callee_uid: z.string(),
    accepted_at: nullable(isoTime),
    started_at: nullable(isoTime),
    ended_at: nullable(isoTime),
    end_reason: nullable(z.string()),
    version,
  })
  .meta({ id: 'CallState' });

export const mediaStateAnswer = z
  .object({ call_id: wireId, status, started_at: nullable(isoTime), version })
  .meta({ id: 'MediaState' });

export const partyView = z
  .object({
    user_id: z.string(),
    role: z.enum(['caller', 'callee']),
    state: z.enum([
      'ringing',
      'present',
      'left',
      'rejected',
      'busy',
      'unreachable',
      'no_answer',
      'missed',
      'unknown',
    ]),
    terminal_id: nullable(z.string()),
    added_by: nullable(z.literal('provider')),
    ringing_at: nullable(isoTime),
    accepted_at: nullable(isoTime),
    joined_at: nullable(isoTime),
    left_at: nullable(isoTime),
  })
  .meta({ id: 'Party' });

export const callDetail = callStateObject
  .extend({
    channel: z.enum(CHANNELS),
    created_at: isoTime,
    ring_expires_at: isoTime,
    end_cause: nullable(z.enum(END_CAUSES)),
    ended_by: nullable(z.string()),
    ending: z.boolean().meta({ description: 'A wish to end waits for the provider' }),
    duration_seconds: nullable(z.int()).meta({
      description:
        'From its begin, or from the accept where nobody reported one, to its end; null if nobody accepted',
    }),
    missed: z.boolean().meta({ description: 'No callee accepted or rejected it' }),
    stream: nullable(z.enum(STREAM_KINDS)).meta({ description: 'What plays into the room' }),
    parties: z.array(partyView),
  })
  .meta({ id: 'CallDetail' });

export const ringingCalls = z
  .object({ server_time: isoTime, calls: z.array(callDetail) })
  .meta({ id: 'RingingCalls' });
