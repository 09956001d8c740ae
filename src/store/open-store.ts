import { sql } from 'drizzle-orm';
import type { CallHistory } from '../ports/call-history.js';
import type { CallReader } from '../ports/call-reader.js';
import type { CallbackTargets } from '../ports/callback-targets.js';
import type { Directory } from '../ports/directory.js';
import type { Keyring } from '../ports/keyring.js';
import type { PhoneReservations } from '../ports/phone-reservations.js';
import type { QualitySamples } from '../ports/quality-samples.js';
import type { RobotCallHistory } from '../ports/recorded-robot-calls.js';
import type { Records } from '../ports/records.js';
import type { Reservations } from '../ports/reservations.js';
import type { Retention } from '../ports/retention.js';
import type { UserEvents } from '../ports/user-events.js';
import type { WebhookDeliveries, WebhookEndpoints } from '../ports/webhooks.js';
import { createCallHistory } from './call-history.js';
import { createCallReader } from './call-reader.js';
import { createCallbackTargets } from './callback-targets.js';
import type { Database } from './database.js';
import { createDirectory } from './directory.js';
import { createPhoneReservations } from './phone-reservations.js';
import { openPostgres } from './postgres.js';
import { createQualitySamples } from './quality-samples.js';
import { createRecords } from './records.js';
import { createReservations } from './reservations.js';
import { createRetention } from './retention.js';
import { createRobotCallHistory } from './robot-call-history.js';
import { sealAnew } from './seal-anew.js';
import { createUserEvents } from './user-events.js';
import { createWebhookDeliveries } from './webhook-deliveries.js';
import { createWebhookEndpoints } from './webhook-endpoints.js';

export interface StoreOptions {
  /** A PostgreSQL server; without it the store is embedded in `directory`. */
  readonly databaseUrl?: string | undefined;
  /** A folder for one process at a time, or `memory://`. */
  readonly directory: string;
  /** Seals what must not be read in the store; without keys it stays readable. */
  readonly keyring: Keyring;
  /** Hears of failures that no caller waits for. */
  readonly onError: (error: unknown) => void;
}

export interface Store {
  readonly reservations: Reservations;
  readonly records: Records;
  readonly reader: CallReader;
  readonly history: CallHistory;
  readonly userEvents: UserEvents;
  readonly webhookEndpoints: WebhookEndpoints;
  readonly webhookDeliveries: WebhookDeliveries;
  readonly retention: Retention;
  readonly qualitySamples: QualitySamples;
  readonly callbackTargets: CallbackTargets;
  readonly robotCallHistory: RobotCallHistory;
  readonly directory: Directory;
  readonly phoneReservations: PhoneReservations;
  healthy(): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * Opens the store and brings its tables up to date.
 *
 * @throws StoreUnavailable when the PostgreSQL server cannot be reached.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { databaseUrl, directory, keyring, onError } = options;
  const database = await (databaseUrl === undefined
    ? openEmbedded(directory)
    : openPostgres(databaseUrl));
  const qualitySamples = createQualitySamples(database, onError);
  await sealAnew(database, keyring, onError);
  return {
    reservations: createReservations(database),
    records: createRecords(database),
    reader: createCallReader(database),
    history: createCallHistory(database),
    userEvents: createUserEvents(database),
    webhookEndpoints: createWebhookEndpoints(database, keyring),
    webhookDeliveries: createWebhookDeliveries(database, keyring),
    retention: createRetention(database),
    qualitySamples,
    callbackTargets: createCallbackTargets(database, keyring),
    robotCallHistory: createRobotCallHistory(database),
    directory: createDirectory(database, keyring),
    phoneReservations: createPhoneReservations(database),
    healthy: () =>
      database
        .run((queries) => queries.execute(sql`select 1`))
        .then(
          () => true,
          () => false,
        ),
    async close() {
      await qualitySamples.close();
      await database.close();
    },
  };
}

/** A whole PostgreSQL, which is loaded only where it is the store. */
async function openEmbedded(directory: string): Promise<Database> {
  const { openPglite } = await import('./pglite.js');
  return openPglite(directory);
}
