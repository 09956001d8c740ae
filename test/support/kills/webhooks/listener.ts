import {
  type ReceivedWebhook,
  startWebhookReceiver,
  type WebhookReply,
} from '../../../../src/simulators/webhooks/receiver.js';

/** How an endpoint answers: with success, the first time that it hears of something with 500, or 410. */
export type Mood = 'takes' | 'fails first' | 'is gone';

/** Where webhooks are posted to. What is not signed with a secret of its own is refused. */
export interface Listener {
  readonly url: string;
  readonly secrets: string[];
  /** Ids of events, each once, in the order in which they were taken first. */
  taken(): readonly string[];
  /** How often it was asked to take this one. */
  asked(eventId: string): number;
  /** How often it was asked by somebody it does not know. */
  refused(): number;
  stop(): Promise<void>;
}

export async function startListener(mood: Mood): Promise<Listener> {
  const taken = new Set<string>();
  const asked = new Map<string, number>();
  const secrets: string[] = [];
  const reply = ({ id }: ReceivedWebhook): WebhookReply => {
    const times = (asked.get(id) ?? 0) + 1;
    asked.set(id, times);
    if (mood === 'is gone') return { status: 410 };
    return { status: mood === 'fails first' && times === 1 ? 500 : 204 };
  };
  const receiver = await startWebhookReceiver({
    secrets: () => secrets,
    reply,
    onWebhook: ({ id }) => void taken.add(id),
  });
  return {
    url: `${receiver.url}/`,
    secrets,
    taken: () => [...taken],
    asked: (id) => asked.get(id) ?? 0,
    refused: receiver.refused,
    stop: () => receiver.stop(),
  };
}
