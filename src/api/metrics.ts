import type { RequestHandler } from 'express';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { factsOf } from './answer.js';

export interface Metrics {
  readonly observe: RequestHandler;
  readonly show: RequestHandler;
}

const SECONDS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];

/** Since the process started. */
export type WebhookLosses = () => { readonly dead: number; readonly gone: number };

/** Metrics of one app, in a registry of its own. */
export function createMetrics(openStreams: () => number, webhookLosses?: WebhookLosses): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'event_streams_open',
    help: 'Streams of events that devices follow in this process',
    registers: [registry],
    collect() {
      this.set(openStreams());
    },
  });
  if (webhookLosses !== undefined) countLosses(registry, webhookLosses);
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from request to answer of the call-control API, by operation and envelope code',
    labelNames: ['operation', 'code'] as const,
    buckets: SECONDS,
    registers: [registry],
  });
  return {
    observe(_req, res, next) {
      const stop = durations.startTimer();
      res.once('finish', () => {
        const { operationId, code } = factsOf(res);
        if (code !== undefined) stop({ operation: operationId ?? 'none', code });
      });
      next();
    },
    async show(_req, res) {
      res.type(registry.contentType).send(await registry.metrics());
    },
  };
}

function countLosses(registry: Registry, losses: WebhookLosses): void {
  const counted = {
    dead: ['webhook_deliveries_dead_total', 'Webhooks that were given up after their last attempt'],
    gone: ['webhook_endpoints_gone_total', 'Webhook endpoints that answered 410 and were disabled'],
  } as const;
  for (const loss of ['dead', 'gone'] as const) {
    const [name, help] = counted[loss];
    new Counter({
      name,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(losses()[loss]);
      },
    });
  }
}
