import type { WebhookRoute } from '../contract/routes.js';
import { attemptView, deliveryView, endpointView, pingPayload } from '../contract/webhook-view.js';
import type { EndpointWithSecret, WebhookService } from '../service/webhook-service.js';
import type { Answer, ApiCall } from './api-call.js';
import { limitOf } from './pages.js';

const FORMER_VALID_SECONDS = 86_400;

type Handler<N extends WebhookRoute> = (
  service: WebhookService,
  call: ApiCall<N>,
) => Promise<Answer<N>>;

/** One handler per route of backends: a route without one does not compile. */
export const WEBHOOK_HANDLERS: { readonly [N in WebhookRoute]: Handler<N> } = {
  async createWebhookEndpoint(service, { body }) {
    return withSecret(await service.create(body.url, body.event_types ?? undefined));
  },
  async listWebhookEndpoints(service) {
    const endpoints = await service.list();
    return { data: { endpoints: endpoints.map((each) => endpointView(each, Date.now())) } };
  },
  async getWebhookEndpoint(service, { params }) {
    return { data: endpointView(await service.find(params.endpointId), Date.now()) };
  },
  async updateWebhookEndpoint(service, { params, body }) {
    const { url, status, event_types: eventTypes } = body;
    const changed = await service.change(params.endpointId, {
      ...(url !== undefined && { url }),
      ...(status !== undefined && { status }),
      ...(eventTypes !== undefined && { eventTypes }),
    });
    return { data: endpointView(changed, Date.now()) };
  },
  async deleteWebhookEndpoint(service, { params }) {
    await service.remove(params.endpointId);
    return { data: { endpoint_id: params.endpointId } };
  },
  async rotateWebhookSecret(service, { params, body }) {
    const seconds = body.former_valid_seconds ?? FORMER_VALID_SECONDS;
    return withSecret(await service.rotate(params.endpointId, seconds * 1_000));
  },
  async pingWebhookEndpoint(service, { params }) {
    const body = JSON.stringify(pingPayload(params.endpointId, Date.now()));
    return { data: attemptView(await service.ping(params.endpointId, body)) };
  },
  async listWebhookDeliveries(service, { query }) {
    const { endpoint_id: endpointId, call_id: callId, status, cursor } = query;
    const { items, hasMore } = await service.deliveries({
      filter: {
        ...(endpointId !== undefined && { endpointId }),
        ...(callId !== undefined && { callId: Number(callId) }),
        ...(status !== undefined && { status }),
      },
      ...(cursor !== undefined && { before: Number(cursor) }),
      limit: limitOf(query),
    });
    const last = items.at(-1);
    const next = hasMore && last !== undefined ? String(last.id) : null;
    return { data: { deliveries: items.map(deliveryView), next_cursor: next } };
  },
  async redeliverWebhook(service, { params }) {
    return { data: deliveryView(await service.redeliver(Number(params.deliveryId))) };
  },
};

const withSecret = ({ endpoint, secret }: EndpointWithSecret) => ({
  data: { ...endpointView(endpoint, Date.now()), secret },
});
