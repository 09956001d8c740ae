import { setTimeout as pause } from 'node:timers/promises';
import { ApiError } from '../../client/api-error.js';
import { createClient } from '../../client/create-client.js';
import type { StreamedData } from '../../contract/routes.js';
import { startWebhookReceiver } from '../../simulators/webhooks/receiver.js';
import { type Actor, type Stage, tokenFor } from './stage.js';

type CallEvent = Exclude<StreamedData, { type: 'stream.opened' }>;

/** Devices that listen on their streams, and a backend to which webhooks are posted. */
export interface Audience {
  /** Says what everybody heard since it was asked last, once the end of a call has come through. */
  tell(): Promise<void>;
  leave(): Promise<void>;
}

interface Listener {
  readonly name: string;
  readonly heard: CallEvent[];
}

interface Device extends Listener {
  /** Settles when it listens, or will not. */
  readonly opened: Promise<unknown>;
}

const BACKEND = 'backend';
/** Where the webhooks of a demonstration go; one that was killed left its endpoint behind. */
const PATH = '/switchyard-demonstration';
/** What is not handed on at once is found by the sweep, which may take more than half a minute. */
const COMES_THROUGH_MS = 60_000;
/** Whoever does not listen by then is not waited for. */
const OPENED_WITHIN_MS = 20_000;
const LOOK_EVERY_MS = 50;
/** For the devices, which hear of it at the same time as the backend. */
const OTHERS_MS = 100;

export async function audience(
  stage: Stage,
  devices: readonly (readonly [terminalId: string, user: Actor])[],
): Promise<Audience> {
  const leaving = new AbortController();
  const listeners = devices.map(([name, user]) => device(name, user, leaving.signal));
  await Promise.race([Promise.all(listeners.map(({ opened }) => opened)), pause(OPENED_WITHIN_MS)]);
  const backend: Listener = { name: BACKEND, heard: [] };
  const unregister = await register(stage, backend.heard);
  const all = [...listeners, ...(unregister === undefined ? [] : [backend])];
  const hasEnded = () => stage.stopping.aborted || areOver(backend.heard);
  return {
    async tell() {
      const until = Date.now() + COMES_THROUGH_MS;
      while (unregister !== undefined && !hasEnded() && Date.now() < until) {
        await pause(LOOK_EVERY_MS);
      }
      await pause(OTHERS_MS);
      for (const { name, heard } of all) {
        const events = heard.splice(0);
        if (events.length > 0) stage.say(`  ${`${name} heard`.padEnd(22)} ${inWords(events)}`);
      }
    },
    async leave() {
      leaving.abort();
      await unregister?.().catch(() => undefined);
    },
  };
}

function device(name: string, user: Actor, signal: AbortSignal): Device {
  const heard: CallEvent[] = [];
  const events = user.api.streamEvents({ terminal_id: name }, { signal });
  const opened = events.next();
  const listen = async () => {
    await opened;
    for await (const { event } of events) if (event.type !== 'stream.opened') heard.push(event);
  };
  listen().catch(() => undefined);
  return { name, heard, opened: opened.catch(() => undefined) };
}

/** Has events posted to a receiver of this process; none where that is not allowed. */
async function register({ running }: Stage, heard: CallEvent[]) {
  const baseUrl = running.service.apiUrl ?? '';
  const token = (await tokenFor(running, BACKEND, true)) ?? '';
  const api = createClient({ baseUrl, token });
  const secrets: string[] = [];
  const receiver = await startWebhookReceiver({
    secrets: () => secrets,
    onWebhook: ({ body }) => heard.push((JSON.parse(body) as { data: CallEvent }).data),
  });
  try {
    for (const { url, endpoint_id: endpointId } of (await api.listWebhookEndpoints()).endpoints) {
      if (url.endsWith(PATH)) await api.deleteWebhookEndpoint({ endpointId });
    }
    const made = await api.createWebhookEndpoint({ url: receiver.url + PATH });
    secrets.push(made.secret);
    return async () => {
      await api.deleteWebhookEndpoint({ endpointId: made.endpoint_id });
      await receiver.stop();
    };
  } catch (error) {
    await receiver.stop();
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}

/** Whether something was heard, and of each call of which something was heard the end. */
function areOver(heard: readonly CallEvent[]): boolean {
  const over = heard.filter(({ type }) => type === 'call.ended').map(({ call_id }) => call_id);
  return heard.length > 0 && heard.every(({ call_id }) => over.includes(call_id));
}

/** `incoming, ringing_stopped (cancelled), ended`, for each call if there are several. */
function inWords(events: readonly CallEvent[]): string {
  const calls = new Map<number, string[]>();
  for (const { call_id, type, reason } of events) {
    const what = type.replace('call.', '') + (reason === null ? '' : ` (${reason})`);
    calls.set(Number(call_id), [...(calls.get(Number(call_id)) ?? []), what]);
  }
  const told = [...calls]
    .toSorted(([one], [other]) => one - other)
    .map(([id, what]) => ({ id, what: what.join(', ') }));
  return told.map(({ id, what }) => (told.length > 1 ? `call ${id}: ${what}` : what)).join('; ');
}
