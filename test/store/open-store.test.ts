import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateDrizzleJson, generateMigration } from 'drizzle-kit/api';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKeyring } from '../../src/keys/keyring.js';
import { StoreUnavailable } from '../../src/ports/reservations.js';
import { openStore } from '../../src/store/open-store.js';
import * as schema from '../../src/store/schema.js';
import { startPostgres } from '../support/postgres.js';
import { after, calleeId, placed, rejects, START_BY } from './fixtures.js';

const failures: unknown[] = [];
const onError = (error: unknown) => failures.push(error);

describe('the embedded store', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchyard-store-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('finds what it wrote when it is opened again, and goes on numbering', async () => {
    const directory = join(folder, 'not', 'there', 'yet');
    const first = await openStore({ keyring: createKeyring([]), directory, onError });
    const state = await placed(first.reservations);
    await first.reservations.reserve({ state, startBy: START_BY });
    const rejected = after(state, rejects(calleeId(state)));
    await first.records.write(rejected.state, rejected.events);
    await first.close();

    const second = await openStore({ keyring: createKeyring([]), directory, onError });
    expect((await second.reader.find(state.callId))?.state).toEqual(rejected.state);
    expect(await second.reservations.nextCallId()).toBe(state.callId + 1);
    expect(await second.healthy()).toBe(true);
    await second.close();
    expect(await second.healthy()).toBe(false);
    await expect(second.reader.find(1)).rejects.toBeInstanceOf(StoreUnavailable);
    expect(failures).toEqual([]);
  });
});

describe('the tables', () => {
  it('are made once when several processes open an empty database together', async () => {
    const server = await startPostgres();
    const databaseUrl = await server.createDatabase('fresh');
    const options = { keyring: createKeyring([]), databaseUrl, directory: UNUSED, onError };
    const stores = await Promise.all(Array.from({ length: 4 }, () => openStore(options)));
    const ids = await Promise.all(stores.map((store) => store.reservations.nextCallId()));
    for (const store of stores) await store.close();
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    const { rows } = await client.query('select hash from drizzle.__drizzle_migrations');
    await client.end();
    await server.remove();
    expect(rows).toHaveLength((await journal()).entries.length);
    expect(new Set(ids)).toEqual(new Set([1, 2, 3, 4]));
  });

  it('are what the checked-in migrations make of them', async () => {
    const { entries } = await journal();
    const last = String(entries.at(-1)?.idx ?? 0).padStart(4, '0');
    const checkedIn = JSON.parse(await migration(`meta/${last}_snapshot.json`));
    const now = generateDrizzleJson(schema, checkedIn.id);
    expect(await generateMigration(checkedIn, now)).toEqual([]);
  });
});

const UNUSED = 'memory://';
const migration = (file: string) =>
  readFile(new URL(`../../src/store/migrations/${file}`, import.meta.url), 'utf8');
const journal = async (): Promise<{ entries: { idx: number }[] }> =>
  JSON.parse(await migration('meta/_journal.json'));
