import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '../../src/client/create-client.js';
import type { Random } from './seeded.js';
import { userToken } from './tokens.js';

export interface Device {
  readonly userId: string;
  readonly terminalId: string;
  /** Ids of events, in the order in which they were heard first. */
  heard(): readonly string[];
  readonly connections: () => number;
  /** Openings that said that something was missed for good. */
  readonly gaps: () => number;
  stop(): Promise<void>;
}

const PAUSE_MS = 50;

/**
 * Listens at one of the processes for some seconds, then at another, each time after the last event
 * that it has heard; and all the while the processes are killed.
 */
export async function listeningDevice(
  urls: readonly string[],
  userId: string,
  terminalId: string,
  random: Random,
): Promise<Device> {
  const token = await userToken(userId);
  const heard = new Set<string>();
  let last = '0';
  let connections = 0;
  let gaps = 0;
  let stopped = false;
  let current = new AbortController();

  const listenOnce = async (): Promise<void> => {
    const baseUrl = urls[Math.floor(random() * urls.length)] ?? '';
    current = new AbortController();
    const leave = setTimeout(() => current.abort(), 500 + random() * 4_000);
    const wanted = { terminal_id: terminalId, after: last };
    const events = createClient({ baseUrl, token }).streamEvents(wanted, {
      signal: current.signal,
    });
    for await (const { id, event } of events) {
      if (event.type === 'stream.opened') {
        connections += 1;
        if (event.gap) gaps += 1;
      } else heard.add(event.event_id);
      last = id;
    }
    clearTimeout(leave);
  };
  const listening = (async () => {
    while (!stopped) {
      await listenOnce();
      await sleep(PAUSE_MS * random());
    }
  })();
  return {
    userId,
    terminalId,
    heard: () => [...heard],
    connections: () => connections,
    gaps: () => gaps,
    async stop() {
      stopped = true;
      current.abort();
      await listening;
    },
  };
}
