import { randomBytes } from 'node:crypto';
import { createWebhookActivities, type WebhookParts } from '../../activities/webhooks.js';
import type { Config } from '../config.js';
import type { EngineConnection } from '../engine/connection.js';
import { createWebhookWorker } from '../engine/worker.js';
import type { DeliveryWaker, WebhookSender } from '../ports/webhooks.js';
import { type ClosableSender, createWebhookSender } from '../providers/webhooks/webhook-sender.js';
import { createWebhookService, type WebhookService } from '../service/webhook-service.js';
import type { Store } from '../store/open-store.js';

export const webhookSender = ({ WEBHOOK_ALLOWED_NETWORKS }: Config): ClosableSender =>
  createWebhookSender({ allowedNetworks: WEBHOOK_ALLOWED_NETWORKS });

const SECRET_BYTES = 32;

export const webhookService = (
  store: Store,
  sender: WebhookSender,
  waker: DeliveryWaker,
): WebhookService =>
  createWebhookService({
    endpoints: store.webhookEndpoints,
    deliveries: store.webhookDeliveries,
    sender,
    waker,
    newId: () => randomBytes(12).toString('hex'),
    newSecret: () => `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`,
    now: Date.now,
  });

export interface DelivererParts {
  readonly config: Config;
  readonly engine: EngineConnection;
  readonly store: Store;
  readonly onLoss: WebhookParts['onLoss'];
}

/** What delivers webhooks: a worker of its own, and its connections to the endpoints. */
export async function createDeliverer({ config, engine, store, onLoss }: DelivererParts) {
  const sender = webhookSender(config);
  const worker = await createWebhookWorker({
    connection: engine.connection,
    namespace: engine.namespace,
    activities: createWebhookActivities({
      deliveries: store.webhookDeliveries,
      sender,
      schedule: config.WEBHOOK_RETRY_SECONDS.map((seconds) => seconds * 1_000),
      onLoss,
    }),
    shutdownGraceMs: config.SHUTDOWN_GRACE_SECONDS * 1_000,
  });
  return { worker, close: () => sender.close() };
}
