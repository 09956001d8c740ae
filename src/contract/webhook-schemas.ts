import { z } from 'zod';
import { EVENT_TYPES } from '../call/step.js';
import { callEvent } from './event-schemas.js';
import { pageLimit } from './page-schemas.js';
import { isoTime, nullable, requiredText, version, wireId } from './schemas.js';

const eventType = z.enum(EVENT_TYPES);
const eventTypes = z
  .array(eventType)
  .min(1, { error: 'must name one type at least' })
  .nullable()
  .meta({ description: 'null: every type' });
const url = requiredText(2_048).meta({ example: 'https://backend.example/switchyard' });
const endpointId = z
  .string()
  .regex(/^we_[0-9a-f]{24}$/, { error: 'must be the id of an endpoint' })
  .meta({ example: 'we_5f2b8c0d9e1a4b7c6d3e2f10' });
const secret = z.string().meta({
  description: 'Shown here and never again; signs as in Standard Webhooks',
  example: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
});

export const endpointIdParam = z.object({ endpointId });
export const createEndpointBody = z
  .object({ url, event_types: eventTypes.optional() })
  .meta({ id: 'CreateWebhookEndpoint' });
export const updateEndpointBody = z
  .object({
    url: url.optional(),
    event_types: eventTypes.optional(),
    status: z.enum(['enabled', 'disabled']).optional(),
  })
  .meta({ id: 'UpdateWebhookEndpoint' });
export const rotateSecretBody = z
  .object({
    former_valid_seconds: z
      .int()
      .min(0)
      .max(604_800)
      .optional()
      .meta({ description: 'How long the former secret signs as well; a day unless given' }),
  })
  .meta({ id: 'RotateWebhookSecret' });

export const webhookEndpoint = z
  .object({
    endpoint_id: endpointId,
    url,
    event_types: eventTypes,
    status: z.enum(['enabled', 'disabled']),
    disabled_because: nullable(z.enum(['gone', 'asked'])).meta({
      description: '`gone`: it answered HTTP 410',
    }),
    former_secret_until: nullable(isoTime),
    created_at: isoTime,
    updated_at: isoTime,
  })
  .meta({ id: 'WebhookEndpoint' });
export const webhookEndpoints = z
  .object({ endpoints: z.array(webhookEndpoint) })
  .meta({ id: 'WebhookEndpoints' });
export const endpointWithSecret = webhookEndpoint
  .extend({ secret })
  .meta({ id: 'WebhookEndpointWithSecret' });
export const removedEndpoint = z
  .object({ endpoint_id: endpointId })
  .meta({ id: 'RemovedWebhookEndpoint' });

export const webhookAttempt = z
  .object({
    at: isoTime,
    duration_ms: z.int(),
    http_status: nullable(z.int()).meta({ description: 'null when no answer came' }),
    error: nullable(z.string()).meta({
      description:
        'Why none came: `timeout`, `private network`, `not sent`, or a code such as ECONNREFUSED',
    }),
    response_excerpt: z.string(),
  })
  .meta({ id: 'WebhookAttempt' });

const deliveryStatus = z.enum(['pending', 'delivered', 'dead']);
export const webhookDelivery = z
  .object({
    delivery_id: z.int().positive(),
    endpoint_id: endpointId,
    event_id: z.string().meta({ description: 'The `webhook-id` of every attempt' }),
    type: eventType,
    call_id: wireId,
    version,
    status: deliveryStatus.meta({
      description: '`dead`: given up, after a day of attempts or with its endpoint',
    }),
    created_at: isoTime,
    next_attempt_at: nullable(isoTime),
    attempts: z.array(webhookAttempt),
  })
  .meta({ id: 'WebhookDelivery' });

const digits = z.string().regex(/^[1-9]\d{0,14}$/, { error: 'must be a positive integer' });
export const deliveryIdParam = z.object({
  deliveryId: digits.meta({ override: { type: 'integer', format: 'int64', minimum: 1 } }),
});
export const listDeliveriesQuery = z.object({
  endpoint_id: endpointId.optional(),
  call_id: digits.optional().meta({ override: { type: 'integer', format: 'int64', minimum: 1 } }),
  status: deliveryStatus.optional(),
  limit: pageLimit,
  cursor: digits
    .optional()
    .meta({ override: { type: 'string' }, description: '`next_cursor` of the page before' }),
});
export const deliveryPage = z
  .object({ deliveries: z.array(webhookDelivery), next_cursor: nullable(z.string()) })
  .meta({ id: 'WebhookDeliveryPage' });

export const webhookPayload = z
  .object({
    type: eventType,
    timestamp: isoTime.meta({ description: 'When it happened' }),
    data: callEvent,
  })
  .meta({ id: 'WebhookPayload' });

export const pingPayload = z
  .object({
    type: z.literal('webhook.ping'),
    timestamp: isoTime,
    data: z.object({ endpoint_id: endpointId }),
  })
  .meta({ id: 'WebhookPing' });
