import {
  type ReceivedWebhook,
  startWebhookReceiver,
  type WebhookReceiver,
  type WebhookReply,
} from '../../src/simulators/webhooks/receiver.js';
import { freePort } from './free-port.js';
import type { Random } from './seeded.js';

/** A backend that fails a fifth of the webhooks, dies, and comes back on its port. */
export interface MortalReceiver {
  readonly url: string;
  readonly secrets: string[];
  /** What it took, in the order in which it took it first: ids of events. */
  taken(): readonly string[];
  readonly failures: Readonly<Record<string, number>>;
  kill(): Promise<void>;
  start(): Promise<void>;
}

export async function mortalReceiver(random: Random): Promise<MortalReceiver> {
  const port = await freePort();
  const secrets: string[] = [];
  const taken = new Set<string>();
  const failures: Record<string, number> = { '500': 0, '503': 0, break: 0, 'taken unheard': 0 };
  let running: WebhookReceiver | undefined;

  const fail = (name: string, reply: WebhookReply): WebhookReply => {
    failures[name] = (failures[name] ?? 0) + 1;
    return reply;
  };
  const reply = ({ id }: ReceivedWebhook): WebhookReply => {
    const draw = random();
    if (draw < 0.08) return fail('500', { status: 500 });
    if (draw < 0.12) return fail('503', { status: 503, headers: { 'retry-after': '1' } });
    if (draw < 0.16) return fail('break', 'break');
    if (draw >= 0.2) return { status: 204 };
    // It dies with the webhook in its hands: taken, and nobody heard so.
    taken.add(id);
    return fail('taken unheard', 'break');
  };
  const receiver: MortalReceiver = {
    url: `http://127.0.0.1:${port}/`,
    secrets,
    taken: () => [...taken],
    failures,
    async kill() {
      await running?.stop();
      running = undefined;
    },
    async start() {
      running = await startWebhookReceiver({
        port,
        secrets: () => secrets,
        reply,
        onWebhook: ({ id }) => void taken.add(id),
      });
    },
  };
  await receiver.start();
  return receiver;
}
