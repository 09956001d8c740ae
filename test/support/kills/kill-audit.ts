import { isDeepStrictEqual } from 'node:util';
import { sql } from 'drizzle-orm';
import { expect } from 'vitest';
import type { CallState } from '../../../src/call/state.js';
import type { OutwardEvent } from '../../../src/call/step.js';
import type { Database } from '../../../src/store/database.js';
import { type Repositories, repositories } from '../../store/stores.js';
import type { CallHistory } from './call-history.js';
import type { MortalProduct } from './mortal-product.js';

/** What is known of a call, and what that must be. */
export interface Compared {
  /** Which call it is. */
  readonly of?: string;
  readonly is: unknown;
  readonly shouldBe: unknown;
}

type Fields = Readonly<Record<string, unknown>>;

/** As it would be told: what is undefined is not there. */
const plain = (fields: unknown): Fields => JSON.parse(JSON.stringify(fields)) as Fields;

/** A line for each call that is not as it should be. */
export const disagreements = (all: readonly Compared[]): string[] =>
  all.flatMap(({ of, is, shouldBe }) => {
    const [found, wanted] = [plain(is), plain(shouldBe)];
    const wrong = Object.keys({ ...found, ...wanted })
      .filter((name) => !isDeepStrictEqual(found[name], wanted[name]))
      .map((name) => `${name} ${JSON.stringify(found[name])}, not ${JSON.stringify(wanted[name])}`);
    return wrong.length === 0 ? [] : [`${of ?? JSON.stringify(is)}: ${wrong.join('; ')}`];
  });

/** A failure says whole what was found: it may not come again soon. */
export function expectAlike(all: readonly Compared[]): void {
  const wrong = disagreements(all);
  expect(wrong, wrong.join('\n')).toEqual([]);
}

/** A call as the store tells it. */
export interface Row {
  readonly state: CallState;
  readonly columns: unknown;
  readonly events: readonly OutwardEvent[];
}

/** What the store of a killed product holds. */
export interface Left {
  readonly rows: readonly Row[];
  readonly busyLines: readonly Readonly<Record<string, unknown>>[];
  /** Cursors of users who were not told every event once, in one gapless order. */
  readonly wrongCursors: readonly unknown[];
}

/** Kills the product for the last time, and reads the calls of these callers. */
export async function readWhatIsLeft(
  product: MortalProduct,
  isMeant: (callerId: string) => boolean,
): Promise<Left> {
  await product.kill();
  return readStore(await product.openStore(), isMeant);
}

/** Reads the calls of these callers, and closes the store. */
export async function readStore(
  database: Database,
  isMeant: (callerId: string) => boolean,
): Promise<Left> {
  try {
    const store = repositories(database);
    return {
      rows: await rowsOf(store, isMeant),
      busyLines: await store.rows(sql`select user_id, call_id from busy_lines`),
      wrongCursors: await store.rows(sql`
        select user_id, last_seq, count(distinct seq), count(distinct event_id), max(seq)
        from user_cursors full join user_events using (user_id) group by user_id, last_seq
        having last_seq is distinct from max(seq) or last_seq <> count(distinct seq)
          or last_seq <> count(distinct event_id)`),
    };
  } finally {
    await database.close();
  }
}

async function rowsOf({ rows }: Repositories, isMeant: (callerId: string) => boolean) {
  const calls = await rows(sql`
    select id, caller_id, snapshot, status, version::int, cause, accepted_at::float8,
      started_at::float8, ended_at::float8, missed from calls order by id`);
  const events = await rows(sql`
    select call_id, type, version::int, at, user_id, terminal_id, why from events order by version, nth`);
  return calls
    .filter(({ caller_id }) => isMeant(String(caller_id)))
    .map(
      ({ id, caller_id: _caller, snapshot, ...columns }): Row => ({
        state: snapshot as CallState,
        columns,
        events: events.filter(({ call_id }) => Number(call_id) === Number(id)).map(eventOf),
      }),
    );
}

const eventOf = (row: Record<string, unknown>): OutwardEvent =>
  JSON.parse(
    JSON.stringify({
      type: row.type,
      version: row.version,
      at: Number(row.at),
      userId: row.user_id ?? undefined,
      terminalId: row.terminal_id ?? undefined,
      why: row.why ?? undefined,
    }),
  ) as OutwardEvent;

/** What is known of a call from elsewhere than its record. */
export interface Known {
  /** Its workflow was terminated from outside, and its record ended by others. */
  readonly terminated: boolean;
  readonly missed: boolean;
}

/** Record, columns, event log and workflow history of one call, field by field. */
export function agreement(
  { state, columns, events }: Row,
  history: CallHistory,
  { terminated, missed }: Known,
): Compared {
  const { status, cause, version } = state;
  const told = history.writes
    .flatMap((write) => write.events)
    .map((each) => asFirstTold(each, events));
  // A start that came too late was announced to nobody, and so is its end.
  const wasSilent = cause === 'unreachable';
  const versions = versionsOf(events);
  const written = history.writes.at(-1)?.state;
  return {
    of: `call ${state.callId}`,
    is: {
      columns,
      workflow: { status: history.status, result: history.result },
      // As it was written last; a terminated call could not write its end.
      written,
      events: last(events, told.length),
      // What a terminated call had not told yet, nobody can tell any more.
      versions: terminated ? versions.at(-1) : versions,
      ends: events.filter(({ type }) => type === 'call.ended').length,
    },
    shouldBe: {
      columns: columnsOf(state, missed),
      workflow: terminated
        ? { status: 'TERMINATED', result: undefined }
        : { status: 'COMPLETED', result: { status, cause, version } },
      written: terminated ? written : state,
      events: terminated ? last(events, told.length) : told,
      versions: terminated ? version : wasSilent ? [] : upTo(version),
      ends: wasSilent ? 0 : 1,
    },
  };
}

/**
 * A ring that was announced in a first task which was lost with its process, and in another one after
 * it: the log keeps the time at which it was told first.
 */
function asFirstTold(event: OutwardEvent, log: readonly OutwardEvent[]): OutwardEvent {
  if (event.type !== 'call.incoming') return event;
  const { version, userId, at } = event;
  const logged = log.find(
    (each) => each.type === 'call.incoming' && each.version === version && each.userId === userId,
  );
  return logged !== undefined && logged.at < at ? { ...event, at: logged.at } : event;
}

const upTo = (version: number): number[] =>
  Array.from({ length: version - 1 }, (_, index) => index + 2);

const versionsOf = (events: readonly OutwardEvent[]): number[] => [
  ...new Set(events.map(({ version }) => version).filter((version) => version > 1)),
];

/** The first ones may be announced by a local activity, of which no history keeps the input. */
const last = (events: readonly OutwardEvent[], count: number): readonly OutwardEvent[] =>
  events.slice(Math.max(0, events.length - count));

const columnsOf = (state: CallState, missed: boolean) => ({
  status: state.status,
  version: state.version,
  cause: state.cause,
  accepted_at: state.acceptedAt ?? null,
  started_at: state.startedAt ?? null,
  ended_at: state.endedAt,
  missed,
});
