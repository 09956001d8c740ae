import type {
  DeliveryFilter,
  DeliveryWaker,
  EndpointChange,
  WebhookAnswer,
  WebhookDeliveries,
  WebhookDelivery,
  WebhookEndpoint,
  WebhookEndpoints,
  WebhookSender,
} from '../ports/webhooks.js';
import { CallError } from './call-error.js';
import type { Page } from './call-history.js';

export type { WebhookAnswer, WebhookDelivery, WebhookEndpoint };

export interface WebhookDependencies {
  readonly endpoints: WebhookEndpoints;
  readonly deliveries: WebhookDeliveries;
  readonly sender: WebhookSender;
  readonly waker: DeliveryWaker;
  /** Random bytes as hexadecimal digits, and as a secret: `whsec_` and base64. */
  readonly newId: () => string;
  readonly newSecret: () => string;
  readonly now: () => number;
}

export interface EndpointWithSecret {
  readonly endpoint: WebhookEndpoint;
  readonly secret: string;
}

export interface DeliveriesWanted {
  readonly filter: DeliveryFilter;
  readonly before?: number;
  readonly limit: number;
}

/** Endpoints of backends and what becomes of what they are sent. Rejects with `CallError`. */
export interface WebhookService {
  create(url: string, eventTypes: WebhookEndpoint['eventTypes']): Promise<EndpointWithSecret>;
  list(): Promise<WebhookEndpoint[]>;
  find(id: string): Promise<WebhookEndpoint>;
  change(id: string, change: EndpointChange): Promise<WebhookEndpoint>;
  remove(id: string): Promise<void>;
  rotate(id: string, formerValidMs: number): Promise<EndpointWithSecret>;
  /** Posts this body now, and once. */
  ping(id: string, body: string): Promise<WebhookAnswer>;
  deliveries(wanted: DeliveriesWanted): Promise<Page<WebhookDelivery>>;
  redeliver(deliveryId: number): Promise<WebhookDelivery>;
}

export function createWebhookService(deps: WebhookDependencies): WebhookService {
  const { endpoints, deliveries, sender, waker, now } = deps;
  return {
    async create(url, eventTypes) {
      refuseUnusable(sender, url);
      const secret = deps.newSecret();
      const at = now();
      const endpoint: WebhookEndpoint = {
        id: `we_${deps.newId()}`,
        url,
        ...(eventTypes !== undefined && { eventTypes }),
        status: 'enabled',
        createdAt: at,
        updatedAt: at,
      };
      if (!(await endpoints.create(endpoint, secret))) throw urlTaken();
      return { endpoint, secret };
    },
    list: () => endpoints.list(),
    async find(id) {
      return known(await endpoints.find(id));
    },
    async change(id, change) {
      if (change.url !== undefined) refuseUnusable(sender, change.url);
      const changed = await endpoints.change(id, change, now());
      if (changed === 'url-taken') throw urlTaken();
      return known(changed);
    },
    async remove(id) {
      if (!(await endpoints.remove(id))) throw new CallError(40402);
    },
    async rotate(id, formerValidMs) {
      const at = now();
      const rotation = { secret: deps.newSecret(), now: at, formerUntil: at + formerValidMs };
      return known(await endpoints.rotate(id, rotation));
    },
    async ping(id, body) {
      const endpoint = known(await endpoints.find(id));
      return sender.send({
        id: `ping-${deps.newId()}`,
        endpointId: id,
        url: endpoint.url,
        secrets: await endpoints.secretsOf(id, now()),
        body,
      });
    },
    async deliveries({ filter, before, limit }) {
      const found = await deliveries.list(filter, before, limit + 1);
      return { items: found.slice(0, limit), hasMore: found.length > limit };
    },
    async redeliver(deliveryId) {
      const delivery = await deliveries.again(deliveryId, now());
      if (delivery === 'disabled') throw new CallError(41008);
      const { callId, endpointId } = known(delivery);
      // Lost, it is found by the sweep.
      await waker.wake({ callId, endpointId }).catch(() => undefined);
      return known(delivery);
    },
  };
}

function known<T>(found: T | undefined): T {
  if (found === undefined) throw new CallError(40402);
  return found;
}

function refuseUnusable(sender: WebhookSender, url: string): void {
  const objection = sender.objection(url);
  if (objection !== undefined) throw new CallError(40001, `url ${objection}`);
}

const urlTaken = (): CallError => new CallError(41008, 'another endpoint has this url');
