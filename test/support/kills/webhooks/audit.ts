import { isDeepStrictEqual } from 'node:util';
import { sql } from 'drizzle-orm';
import { type ToldEvent, toldBy } from '../../told-by-history.js';
import { historyOf } from '../call-history.js';
import type { Endpoint } from './backend.js';
import type { Played, Theatre } from './theatre.js';

/** What is wrong, each with the kill and the story in which it went wrong. */
export async function auditWebhooks(
  theatre: Theatre,
  played: readonly Played[],
): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const each of played) {
    const complaints =
      each.owed === undefined
        ? [each.failure ?? 'it has no end']
        : await complaintsOf(theatre, each);
    wrong.push(...complaints.map((what) => `${each.point} in ${each.story}: ${what}`));
  }
  const pending = await theatre.store.rows(sql`
    select event_id, endpoint_id from webhook_deliveries where status = 'pending'`);
  wrong.push(...pending.map(({ event_id, endpoint_id }) => `${event_id} waits for ${endpoint_id}`));
  return wrong;
}

async function complaintsOf(theatre: Theatre, { owed }: Played): Promise<string[]> {
  if (owed === undefined) return [];
  const { callId, endpoint, is, again } = owed;
  const history = await historyOf(theatre.temporal, callId);
  if (history === undefined) return ['the call has no workflow'];
  const log = await logOf(theatre, callId);
  const told = toldBy(history, (id) => log.includes(id));
  const complaints: string[] = [];
  const compare = (what: string, found: unknown, expected: unknown): void => {
    if (isDeepStrictEqual(found, expected)) return;
    complaints.push(`${what}: ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`);
  };
  compare('the log has', log, idsFor(null, told));
  for (const { listener, types } of theatre.everywhere) {
    compare(`${listener.url} took`, heardOf(listener.taken(), callId), idsFor(types, told));
  }
  if (again !== undefined) {
    const asked = theatre.everywhere[0]?.listener.asked(again) ?? 0;
    if (asked < 2) complaints.push(`${again} was not sent again`);
  }
  if (endpoint === undefined) return complaints;
  const taken = heardOf(endpoint.listener.taken(), callId);
  if (is === 'told') compare('the endpoint took', taken, idsFor(endpoint.types, told));
  else compare('the endpoint took', taken, []);
  if (is === 'gone') compare('the endpoint is', await stateOf(theatre, endpoint), 'disabled, gone');
  return complaints;
}

const idsFor = (types: Endpoint['types'], told: readonly ToldEvent[]): string[] =>
  told.filter(({ event }) => types === null || types.includes(event.type)).map(({ id }) => id);

const heardOf = (ids: readonly string[], callId: number): string[] =>
  ids.filter((id) => id.startsWith(`${callId}-`));

async function logOf({ store }: Theatre, callId: number): Promise<string[]> {
  const rows = await store.rows(
    sql`select event_id from events where call_id = ${callId} order by version, nth`,
  );
  return rows.map(({ event_id }) => String(event_id));
}

async function stateOf({ backend }: Theatre, endpoint: Endpoint): Promise<string> {
  const { status, disabled_because } = await backend.read(endpoint);
  return `${status}, ${disabled_because}`;
}
