import type { z } from 'zod';
import type { CallState } from '../call/state.js';
import type { OutwardEvent } from '../call/step.js';
import type { callEvent } from './event-schemas.js';
import { callDetailView, wireTime } from './view.js';
import type * as schemas from './webhook-schemas.js';

interface Told {
  readonly id: string;
  readonly event: OutwardEvent;
  readonly state: CallState;
}

/** An event as devices and backends are told it; `now` is when, in milliseconds since the epoch. */
export const eventView = ({ id, event, state }: Told, now: number): z.input<typeof callEvent> => ({
  event_id: id,
  type: event.type,
  call_id: state.callId,
  version: event.version,
  at: wireTime(event.at),
  server_time: wireTime(now),
  ring_expires_at: wireTime(state.ring.until),
  user_id: event.userId ?? null,
  terminal_id: event.terminalId ?? null,
  reason: event.why ?? null,
  call: callDetailView(state),
});

/** What is posted to an endpoint: the shape of Standard Webhooks 1.0. */
export const webhookPayload = (
  told: Told,
  now: number,
): z.input<typeof schemas.webhookPayload> => ({
  type: told.event.type,
  timestamp: wireTime(told.event.at),
  data: eventView(told, now),
});
