import type { z } from 'zod';
import type { ZodOpenApiPathItemObject } from 'zod-openapi';
import { pingPayload, webhookPayload } from '../../contract/webhook-schemas.js';
import { EXAMPLES } from './examples.js';

const text = { type: 'string' as const };
const SIGNED = [
  ['webhook-id', 'The same at each attempt: drop what you know'],
  ['webhook-timestamp', 'Of this attempt, in seconds since the epoch'],
  ['webhook-signature', '`v1,` and base64, for each secret that is valid, with blanks between'],
].map(([name = '', description = '']) => ({
  name,
  in: 'header' as const,
  required: true,
  description,
  schema: text,
}));

const described = (description: string) => ({ description });

function posted(operationId: string, summary: string, schema: z.ZodType, example: unknown) {
  return {
    post: {
      operationId,
      summary,
      tags: ['webhooks'],
      security: [],
      parameters: SIGNED,
      requestBody: { required: true, content: { 'application/json': { schema, example } } },
      responses: {
        '2XX': described('It is taken; the body does not matter'),
        '410': described('Nothing more is wanted: the endpoint is disabled'),
        default: described('Tried again later, not before a `Retry-After`'),
      },
    },
  } satisfies ZodOpenApiPathItemObject;
}

const [event] = EXAMPLES.listCallEvents.data.events;
const PAYLOAD = event && { type: event.type, timestamp: event.at, data: event };
const PING = {
  type: 'webhook.ping',
  timestamp: '2026-07-05T10:05:00Z',
  data: { endpoint_id: EXAMPLES.getWebhookEndpoint.data.endpoint_id },
};

/** What is posted to endpoints, signed as in Standard Webhooks 1.0. */
export const WEBHOOKS = {
  callEvent: posted('callEvent', 'An event of a call', webhookPayload, PAYLOAD),
  webhookPing: posted('webhookPing', 'A test that a service asked for', pingPayload, PING),
};
