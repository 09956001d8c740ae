import type { RequestHandler } from 'express';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { factsOf } from './answer.js';

export interface Metrics {
  readonly observe: RequestHandler;
  readonly show: RequestHandler;
}

const SECONDS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];

/** Metrics of one app, in a registry of its own. */
export function createMetrics(openStreams: () => number): Metrics {
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
