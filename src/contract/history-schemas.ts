import { z } from 'zod';
import { CALL_STATUSES, CHANNELS, END_CAUSES } from '../call/state.js';
import { callEvent } from './event-schemas.js';
import { pageLimit } from './page-schemas.js';
import { callDetail, isoTime, nullable, requiredText } from './schemas.js';

const time = (description: string) =>
  z.iso
    .datetime({ offset: true, error: 'must be a time such as 2026-07-05T10:05:30Z' })
    .optional()
    .meta({ override: { type: 'string', format: 'date-time' }, description });

export const listCallsQuery = z.object({
  user_id: requiredText(64)
    .optional()
    .meta({ description: 'A party of the call, beside the user the request is made for' }),
  status: z.enum(CALL_STATUSES).optional(),
  end_cause: z.enum(END_CAUSES).optional(),
  channel: z.enum(CHANNELS).optional(),
  missed: z
    .enum(['true', 'false'])
    .optional()
    .meta({
      override: { type: 'boolean' },
      description:
        'Whether the user neither accepted nor rejected it as a callee; where no user is named, whether no callee did',
    }),
  from: time('Created at this time or later'),
  to: time('Created before this time'),
  limit: pageLimit,
  cursor: requiredText(128).optional().meta({ description: '`next_cursor` of the page before' }),
});

const perspective = {
  direction: nullable(z.enum(['outgoing', 'incoming'])).meta({
    description: 'As the user sees it whom the request is about; null where it names none',
  }),
};

export const listedCall = callDetail.extend(perspective).meta({ id: 'ListedCall' });

export const callPage = z
  .object({
    calls: z.array(listedCall),
    next_cursor: nullable(z.string()).meta({ description: 'null on the last page' }),
  })
  .meta({ id: 'CallPage' });

export const recordedCall = callDetail
  .extend({
    ...perspective,
    quality: z
      .array(
        z.object({
          user_id: z.string(),
          terminal_id: z.string(),
          network_quality: z.string(),
          at: isoTime,
        }),
      )
      .meta({ description: 'The last network quality that each terminal reported' }),
  })
  .meta({ id: 'RecordedCall' });

export const listCallEventsQuery = z.object({
  after: z
    .string()
    .regex(/^[1-9]\d{0,15}-[1-9]\d{0,8}-\d{1,4}$/, { error: 'must be the event_id of an event' })
    .optional()
    .meta({ description: 'An `event_id`: only what follows it', example: '5001-2-0' }),
  limit: pageLimit,
});

export const callEvents = z
  .object({
    events: z.array(callEvent),
    has_more: z.boolean().meta({ description: 'Ask again, after the last of these' }),
  })
  .meta({ id: 'CallEvents' });
