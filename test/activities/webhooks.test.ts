import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger, type LogEntry } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import { createWebhookActivities } from '../../activities/webhooks.js';
import type { DueDelivery, NextDelivery, WebhookAnswer } from '../../src/ports/webhooks.js';
import { aStart } from '../support/calls.js';

const QUEUE = { callId: 5, endpointId: 'we_1' };
const { state } = aStart();
const delivery: DueDelivery = {
  id: 7,
  tried: 0,
  since: Date.now(),
  url: 'https://backend.example/',
  secrets: [],
  event: { id: '5-2-0', state, event: { type: 'call.ended', version: 2, at: 1 } },
};

/** What is logged and counted of a delivery that is tried once, in a store that has it settled, or not. */
async function told(answer: Partial<WebhookAnswer>, isNew = true) {
  const queued: NextDelivery[] = [{ kind: 'due', delivery }, { kind: 'none' }];
  const entries: LogEntry[] = [];
  const losses: string[] = [];
  const { deliverWebhooks } = createWebhookActivities({
    deliveries: {
      next: async () => queued.shift() ?? { kind: 'none' },
      settle: async () => isNew,
    },
    sender: { send: async () => ({ at: 1, durationMs: 1, excerpt: '', ...answer }) },
    schedule: [0],
    onLoss: (loss) => void losses.push(loss),
  });
  const logger = new DefaultLogger('WARN', (entry) => void entries.push(entry));
  await new MockActivityEnvironment({}, { logger }).run(deliverWebhooks, QUEUE);
  return { losses, logged: entries.map(({ level, message, meta }) => ({ level, message, meta })) };
}

describe('what an operator is told of webhooks', () => {
  it('is that one was given up, and why', async () => {
    const { losses, logged } = await told({ error: 'timeout' });
    expect(losses).toEqual(['dead']);
    const meta = { ...QUEUE, eventId: '5-2-0', why: 'timeout' };
    expect(logged).toMatchObject([{ level: 'WARN', message: 'webhook given up', meta }]);
  });

  it('is that an endpoint wants nothing more', async () => {
    const { losses, logged } = await told({ httpStatus: 410 });
    expect(losses).toEqual(['gone']);
    const message = 'webhook endpoint disabled: it answered 410';
    expect(logged).toMatchObject([{ level: 'WARN', message, meta: { ...QUEUE, why: 410 } }]);
  });

  it('is nothing while all is well, nor twice what another has settled', async () => {
    expect(await told({ httpStatus: 204 })).toEqual({ losses: [], logged: [] });
    expect(await told({ httpStatus: 410 }, false)).toEqual({ losses: [], logged: [] });
  });
});
