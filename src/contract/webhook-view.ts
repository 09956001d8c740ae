import type { z } from 'zod';
import type { OutwardEvent } from '../call/step.js';
import { wireTime } from './view.js';
import type * as schemas from './webhook-schemas.js';

type Output<S extends z.ZodType> = z.input<S>;

interface Endpoint {
  readonly id: string;
  readonly url: string;
  readonly eventTypes?: readonly OutwardEvent['type'][];
  readonly status: 'enabled' | 'disabled';
  readonly disabledBecause?: 'gone' | 'asked';
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly formerSecretUntil?: number;
}

/** A former secret that signs no more is no longer spoken of. */
export const endpointView = (
  endpoint: Endpoint,
  now: number,
): Output<typeof schemas.webhookEndpoint> => {
  const { eventTypes, formerSecretUntil = 0 } = endpoint;
  return {
    endpoint_id: endpoint.id,
    url: endpoint.url,
    event_types: eventTypes === undefined ? null : [...eventTypes],
    status: endpoint.status,
    disabled_because: endpoint.disabledBecause ?? null,
    former_secret_until: formerSecretUntil > now ? wireTime(formerSecretUntil) : null,
    created_at: wireTime(endpoint.createdAt),
    updated_at: wireTime(endpoint.updatedAt),
  };
};

interface Attempt {
  readonly at: number;
  readonly durationMs: number;
  readonly httpStatus?: number;
  readonly error?: string;
  readonly excerpt: string;
}

export const attemptView = (attempt: Attempt): Output<typeof schemas.webhookAttempt> => ({
  at: wireTime(attempt.at),
  duration_ms: attempt.durationMs,
  http_status: attempt.httpStatus ?? null,
  error: attempt.error ?? null,
  response_excerpt: attempt.excerpt,
});

interface Delivery {
  readonly id: number;
  readonly endpointId: string;
  readonly eventId: string;
  readonly type: OutwardEvent['type'];
  readonly callId: number;
  readonly version: number;
  readonly status: 'pending' | 'delivered' | 'dead';
  readonly createdAt: number;
  readonly dueAt: number;
  readonly attempts: readonly Attempt[];
}

export const deliveryView = (delivery: Delivery): Output<typeof schemas.webhookDelivery> => ({
  delivery_id: delivery.id,
  endpoint_id: delivery.endpointId,
  event_id: delivery.eventId,
  type: delivery.type,
  call_id: delivery.callId,
  version: delivery.version,
  status: delivery.status,
  created_at: wireTime(delivery.createdAt),
  next_attempt_at: delivery.status === 'pending' ? wireTime(delivery.dueAt) : null,
  attempts: delivery.attempts.map(attemptView),
});

export const pingPayload = (
  endpointId: string,
  now: number,
): Output<typeof schemas.pingPayload> => ({
  type: 'webhook.ping',
  timestamp: wireTime(now),
  data: { endpoint_id: endpointId },
});
