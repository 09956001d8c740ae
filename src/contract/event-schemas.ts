import { z } from 'zod';
import { EVENT_TYPES, RINGING_STOPPED } from '../call/step.js';
import { callDetail, isoTime, nullable, version, wireId } from './schemas.js';

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
