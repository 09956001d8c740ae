import { randomBytes } from 'node:crypto';
import type { Worker } from '@temporalio/worker';
import { createWebhookActivities } from '../../activities/webhooks.js';
import { type Config, InvalidConfig } from '../config.js';
import type { EngineConnection } from '../engine/connection.js';
import { createDeliveryWaker } from '../engine/delivery-waker.js';
import { createWebhookWorker } from '../engine/worker.js';
import type { DeliveryWaker, WebhookSender } from '../ports/webhooks.js';
import { createWebhookSender } from '../providers/webhooks/webhook-sender.js';
import { createWebhookService, type WebhookService } from '../service/webhook-service.js';
import type { Store } from '../store/open-store.js';

export interface WebhookPart {
  readonly sender: WebhookSender;
  readonly waker: DeliveryWaker;
  stop(): Promise<void>;
}

export function webhookPart(config: Config, { client }: EngineConnection): WebhookPart {
  try {
    const sender = createWebhookSender({ allowedNetworks: config.WEBHOOK_ALLOWED_NETWORKS });
    return { sender, waker: createDeliveryWaker(client), stop: () => sender.close() };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new InvalidConfig(`WEBHOOK_ALLOWED_NETWORKS: ${error.message}`);
  }
}

const SECRET_BYTES = 32;

export const webhookService = (store: Store, { sender, waker }: WebhookPart): WebhookService =>
  createWebhookService({
    endpoints: store.webhookEndpoints,
    deliveries: store.webhookDeliveries,
    sender,
    waker,
    newId: () => randomBytes(12).toString('hex'),
    newSecret: () => `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`,
    now: Date.now,
  });

export interface WebhookWorkerParts {
  readonly config: Config;
  readonly engine: EngineConnection;
  readonly store: Store;
  readonly webhooks: WebhookPart;
}

export const webhookWorker = (parts: WebhookWorkerParts): Promise<Worker> => {
  const { config, engine, store, webhooks } = parts;
  return createWebhookWorker({
    connection: engine.connection,
    namespace: engine.namespace,
    activities: createWebhookActivities({
      deliveries: store.webhookDeliveries,
      sender: webhooks.sender,
      schedule: config.WEBHOOK_RETRY_SECONDS.map((seconds) => seconds * 1_000),
    }),
    shutdownGraceMs: config.SHUTDOWN_GRACE_SECONDS * 1_000,
  });
};
