import type { DataOf } from '../../../../src/contract/routes.js';
import type { InsistentUser } from '../../insistent-user.js';
import type { Listener } from './listener.js';

type EventType = NonNullable<DataOf<'getWebhookEndpoint'>['event_types']>[number];

export interface Endpoint {
  readonly id: string;
  readonly listener: Listener;
  readonly types: readonly EventType[] | null;
}

/** Repeats each request until it is answered, as a backend does whose answer was lost. */
export interface Backend {
  register(listener: Listener, types: readonly EventType[] | null): Promise<Endpoint>;
  /** The listener believes nothing but the new secret from then on. */
  rotate(endpoint: Endpoint): Promise<void>;
  switchOff(endpoint: Endpoint): Promise<void>;
  remove(endpoint: Endpoint): Promise<void>;
  read(endpoint: Endpoint): Promise<DataOf<'getWebhookEndpoint'>>;
  deliveries(
    endpoint: Endpoint,
    callId: number,
  ): Promise<DataOf<'listWebhookDeliveries'>['deliveries']>;
  redeliver(deliveryId: number): Promise<void>;
}

const URL_TAKEN = 41008;
const UNKNOWN = 40402;

export function insistentBackend({ ask }: InsistentUser): Backend {
  const idOf = ({ id: endpointId }: Endpoint) => ({ endpointId });

  /** The answer to its registration was lost: it is found by its URL, and given another secret. */
  async function recover(url: string) {
    const { endpoints } = given('list', await ask('list', (c) => c.listWebhookEndpoints()));
    const known = endpoints.find((each) => each.url === url);
    if (known === undefined) throw new Error(`${url} is taken, and by no endpoint`);
    const id = { endpointId: known.endpoint_id };
    const now = { former_valid_seconds: 0 };
    return given('recover', await ask('recover', (c) => c.rotateWebhookSecret(id, now)));
  }

  return {
    async register(listener, types) {
      const { url } = listener;
      const wanted = { url, event_types: types === null ? null : [...types] };
      const answer = await ask('register', (c) => c.createWebhookEndpoint(wanted));
      const made = answer === URL_TAKEN ? await recover(url) : given('register', answer);
      listener.secrets.push(made.secret);
      return { id: made.endpoint_id, listener, types };
    },
    async rotate(endpoint) {
      const rotate = await ask('rotate', (c) => c.rotateWebhookSecret(idOf(endpoint), {}));
      endpoint.listener.secrets.splice(0, Number.POSITIVE_INFINITY, given('rotate', rotate).secret);
    },
    async switchOff(endpoint) {
      const off = { status: 'disabled' as const };
      given('switch off', await ask('off', (c) => c.updateWebhookEndpoint(idOf(endpoint), off)));
    },
    async remove(endpoint) {
      const answer = await ask('remove', (c) => c.deleteWebhookEndpoint(idOf(endpoint)));
      if (answer !== UNKNOWN) given('remove', answer);
    },
    read: async (endpoint) =>
      given('read', await ask('read', (c) => c.getWebhookEndpoint(idOf(endpoint)))),
    async deliveries({ id: endpoint_id }, callId) {
      const wanted = { endpoint_id, call_id: String(callId) };
      return given('deliveries', await ask('read', (c) => c.listWebhookDeliveries(wanted)))
        .deliveries;
    },
    async redeliver(deliveryId) {
      given('redeliver', await ask('redeliver', (c) => c.redeliverWebhook({ deliveryId })));
    },
  };
}

function given<T>(what: string, answer: T | number): T {
  if (typeof answer === 'number') throw new Error(`${what}: refused with ${answer}`);
  return answer;
}
