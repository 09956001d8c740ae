import { z } from 'zod';
import { EVENT_TYPES, RINGING_STOPPED } from '../call/step.js';
import { callDetail, isoTime, nullable, terminalId, version, wireId } from './schemas.js';

export const callEvent = z
  .object({
    event_id: z.string().meta({ description: 'The same wherever it is told', example: '5001-2-0' }),
    type: z.enum(EVENT_TYPES),
    call_id: wireId,
    version: version.meta({
      description:
        'The version of the call that it tells of: never less than that of an earlier event',
    }),
    at: isoTime.meta({ description: 'When it happened' }),
    server_time: isoTime.meta({ description: 'When this was sent: how far off is your clock?' }),
    ring_expires_at: isoTime.meta({ description: 'A ring that is told later is not to be rung' }),
    user_id: nullable(z.string()).meta({
      description: 'The party it is about, if it is about one',
    }),
    terminal_id: nullable(z.string()).meta({
      description: 'The terminal it is about: of `answered_elsewhere`, the one that answered',
    }),
    reason: nullable(z.enum(RINGING_STOPPED)).meta({
      description: 'Of `call.ringing_stopped`, why',
    }),
    call: callDetail.meta({
      description: 'The call as it was written with the event: at its version, or a later one',
    }),
  })
  .meta({ id: 'CallEvent' });

export const streamEventsQuery = z.object({
  terminal_id: terminalId.meta({
    description:
      'The terminal that listens: it is not told to stop ringing for a call that it answered',
  }),
  after: z
    .string()
    .regex(/^\d{1,15}$/, { error: 'must be the id of an event of the stream' })
    .optional()
    .meta({ description: 'As `Last-Event-ID`, which wins: only what follows it', example: '17' }),
  access_token: z.string().optional().meta({
    description:
      'The token of a user, for an EventSource, which cannot send headers: valid for an hour at most',
  }),
});

export const streamOpened = z
  .object({
    type: z.literal('stream.opened'),
    server_time: isoTime,
    gap: z.boolean().meta({
      description:
        'Events that should follow are not kept any more: read what rings, and the history',
    }),
  })
  .meta({ id: 'StreamOpened', description: 'The first event of every stream' });

/** What the data of an event is; its id is the place in the stream of this user. */
export const streamedEvent = z.union([callEvent, streamOpened]);
