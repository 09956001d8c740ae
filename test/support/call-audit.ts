import { Client, Connection } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import { sql } from 'drizzle-orm';
import { expect } from 'vitest';
import { type Client as ApiClient, createClient } from '../../src/client/create-client.js';
import { callIdOfWorkflow, callWorkflowId } from '../../src/contract/ids.js';
import { callDetailView } from '../../src/contract/view.js';
import { openPostgres } from '../../src/store/postgres.js';
import { type Repositories, repositories } from '../store/stores.js';
import { type ToldCall, VERSION_AT_END } from './call-load.js';
import type { Cluster, Member } from './cluster.js';
import { insistent } from './insist.js';
import { serviceToken } from './tokens.js';

const endCauseKey = defineSearchAttributeKey('CallEndCause', 'KEYWORD');

/** One call as everybody who knows of it tells it. */
export interface Testimony {
  /** What the answers to its parties amount to. */
  readonly told: unknown;
  /** What its workflow returned. */
  readonly workflow: unknown;
  /** Its record, as each API shows it. */
  readonly overHttp: readonly unknown[];
  readonly record: unknown;
  /** Versions of changes that events tell of, and how many events tell of the end. */
  readonly events: unknown;
}

export interface Audit {
  /** What is known of a call, and what it must be if no acknowledged command was lost or doubled. */
  compare(call: ToldCall): Promise<{ readonly is: Testimony; readonly shouldBe: Testimony }>;
  /** Resolves when the workflow of the call is over, and its record and events are written. */
  recorded(call: Pick<ToldCall, 'callId'>): Promise<void>;
  /** Calls that rang, or may have: those that were announced, and workflows that were not late. */
  rung(): Promise<ReadonlySet<number>>;
  busyLines(): Promise<unknown[]>;
  liveRecords(): Promise<unknown[]>;
  close(): Promise<void>;
}

export interface Audited extends Pick<Cluster, 'databaseUrl' | 'temporalAddress'> {
  readonly namespace?: string;
}

export async function openAudit(cluster: Audited, members: readonly Member[]): Promise<Audit> {
  const { databaseUrl, temporalAddress: address, namespace = 'default' } = cluster;
  const store = repositories(await openPostgres(databaseUrl));
  const connection = await Connection.connect({ address });
  const temporal = new Client({ connection, namespace });
  const token = await serviceToken();
  const apis = members
    .filter(({ role }) => role !== 'worker')
    .map(({ url }) => insistent(createClient({ baseUrl: url, token })));
  return {
    compare: (call) => compare({ store, temporal, apis }, call),
    async recorded({ callId }) {
      await temporal.workflow.getHandle(callWorkflowId(callId)).result();
    },
    rung: () => rung({ store, temporal }),
    busyLines: () => store.rows(sql`select user_id, call_id from busy_lines`),
    liveRecords: () =>
      store.rows(sql`
        select id, status from calls where status in ('calling', 'accepted', 'ongoing')`),
    async close() {
      await store.database.close();
      await connection.close();
    },
  };
}

interface Sources {
  readonly store: Repositories;
  readonly temporal: Client;
  readonly apis: readonly ApiClient[];
}

async function compare({ store, temporal, apis }: Sources, call: ToldCall) {
  const { callId } = call;
  // The workflow ends after its record is written, so what follows reads what will stay.
  const workflow: unknown = await temporal.workflow.getHandle(callWorkflowId(callId)).result();
  const state = (await store.reader.find(callId))?.state;
  if (state === undefined) throw new Error(`call ${callId} has no record`);
  const record = callDetailView(state);
  const overHttp = await Promise.all(
    apis.map(async (api) => {
      // Samples are batched: when the call is over, the last of them may not be written.
      const { quality: _quality, ...shown } = await api.getCall({ callId });
      return shown;
    }),
  );
  const events = await eventsOf(store, callId);
  const told = { ...call.end, end_cause: record.end_cause, terminal: calleeTerminal(record) };
  const version = VERSION_AT_END[call.ending];
  const status = call.ending === 'hangup' ? 'ended' : call.ending;
  const { ended_by: _by, end_cause: cause, ...rest } = record;
  const end = Object.fromEntries(
    Object.entries(rest).filter(([name]) => Object.hasOwn(call.end, name)),
  );
  return {
    is: { told, workflow, overHttp, record, events },
    shouldBe: {
      told: { ...end, status, version, end_cause: cause, terminal: call.acceptedOn },
      workflow: { status, cause: call.ending, version },
      overHttp: apis.map(() => ({ ...record, direction: null })),
      record: {
        ...record,
        status,
        version,
        end_cause: call.ending,
        end_reason: call.reason,
        ended_by: call.endedBy,
      },
      events: { versions: Array.from({ length: version - 1 }, (_, index) => index + 2), ends: 1 },
    },
  };
}

async function rung({ store, temporal }: Pick<Sources, 'store' | 'temporal'>) {
  const announced = await store.rows(sql`
    select distinct call_id from events where type = 'call.incoming'`);
  const calls = new Set(announced.map(({ call_id }) => Number(call_id)));
  for await (const { workflowId, typedSearchAttributes } of temporal.workflow.list()) {
    const callId = callIdOfWorkflow(workflowId);
    const isLate = typedSearchAttributes.get(endCauseKey) === 'unreachable';
    if (callId !== undefined && !isLate) calls.add(callId);
  }
  return calls;
}

const calleeTerminal = ({ parties }: ReturnType<typeof callDetailView>): string | null =>
  parties.find(({ role }) => role === 'callee')?.terminal_id ?? null;

/** A call that was answered or over before a worker saw it has not rung: its version 1 is not told. */
async function eventsOf({ rows }: Repositories, callId: number) {
  const told = await rows(sql`
    select version, type from events where call_id = ${callId} and version > 1 order by version, nth`);
  const ends = told.filter(({ type }) => type === 'call.ended').length;
  return { versions: [...new Set(told.map(({ version }) => Number(version)))], ends };
}

/** Every call is what its parties were told, ended once, and holds no line any more. */
export async function expectNothingLost(audit: Audit, told: readonly ToldCall[]): Promise<void> {
  expect(told.length).toBeGreaterThan(10);
  expect(new Set(told.map(({ callId }) => callId)).size).toBe(told.length);
  for (const call of told) {
    const { is, shouldBe } = await audit.compare(call);
    expect(is).toEqual(shouldBe);
  }
  expect(await audit.busyLines()).toEqual([]);
  expect(await audit.liveRecords()).toEqual([]);
}
