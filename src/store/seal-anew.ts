import { and, asc, gt, isNotNull, type SQL, sql } from 'drizzle-orm';
import type { Keyring } from '../ports/keyring.js';
import { CALLBACK_URLS } from './callback-targets.js';
import type { Database } from './database.js';
import { PHONES_AND_ACCOUNTS } from './directory.js';
import type { SealedColumn } from './sealed-column.js';
import { WEBHOOK_SECRETS } from './webhook-endpoints.js';

interface SealedText {
  readonly key: string;
  readonly text: string;
}

/** What is moved from one column to another meanwhile must be moved to a later one. */
const COLUMNS: readonly SealedColumn[] = [
  ...PHONES_AND_ACCOUNTS,
  ...CALLBACK_URLS,
  ...WEBHOOK_SECRETS,
];

/** Few enough for the bound of a statement. */
const PAGE = 500;

/**
 * Seals with the current key what was sealed with another one, or stored readable; answers how many
 * texts. Any number of processes may do so together. What does not open stays as it is, and `onError`
 * hears of it.
 */
export async function sealAnew(
  database: Database,
  keyring: Keyring,
  onError: (error: unknown) => void,
): Promise<number> {
  let sealed = 0;
  for (const column of COLUMNS) {
    try {
      sealed += await sealColumn(database, keyring, column, onError);
    } catch (error) {
      onError(error);
    }
  }
  return sealed;
}

async function sealColumn(
  database: Database,
  keyring: Keyring,
  column: SealedColumn,
  onError: (error: unknown) => void,
): Promise<number> {
  let sealed = 0;
  const broken: { key: string; error: unknown }[] = [];
  for (let page = await read(database, column); page.length > 0; ) {
    const again: (SealedText & { readonly anew: string })[] = [];
    for (const { key, text } of page) {
      if (keyring.isCurrent(text)) continue;
      const place = column.place(key);
      try {
        again.push({ key, text, anew: keyring.seal(keyring.open(text, place), place) });
      } catch (error) {
        broken.push({ key, error });
      }
    }
    if (again.length > 0) await write(database, column, again);
    sealed += again.length;
    page = await read(database, column, page.at(-1)?.key);
  }
  const [first] = broken;
  if (first !== undefined) {
    const what = `${broken.length} stored texts do not open, the first at ${column.place(first.key)}`;
    onError(new Error(what, { cause: first.error }));
  }
  return sealed;
}

const read = (
  database: Database,
  { table, key, column }: SealedColumn,
  after?: string,
): Promise<SealedText[]> =>
  database.run(
    (queries) =>
      queries
        .select({ key, text: column })
        .from(table)
        .where(and(isNotNull(column), after === undefined ? undefined : gt(key, after)))
        .orderBy(asc(key))
        .limit(PAGE) as Promise<SealedText[]>,
  );

/** Rows are locked in the order of their keys, so that two processes never wait for each other. */
async function write(
  database: Database,
  { table, key, column }: SealedColumn,
  texts: readonly (SealedText & { readonly anew: string })[],
): Promise<void> {
  const rows = texts.map((each): SQL => sql`(${each.key}, ${each.text}, ${each.anew})`);
  const keys = texts.map((each) => each.key);
  await database.transaction(async (queries) => {
    await queries.execute(
      sql`select 1 from ${table} where ${key} in ${keys} order by ${key} for update`,
    );
    await queries.execute(sql`
      update ${table} set ${sql.identifier(column.name)} = anew.text
      from (values ${sql.join(rows, sql`, `)}) as anew (key, former, text)
      where ${key} = anew.key and ${column} = anew.former`);
  });
}
