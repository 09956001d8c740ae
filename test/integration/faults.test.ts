import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { callWorkflowId } from '../../src/contract/ids.js';
import { aCreate, codeOr, dial } from '../support/http-calls.js';
import { insist } from '../support/insist.js';
import { type PostgresServer, startPostgres } from '../support/postgres.js';
import { scratchFolder } from '../support/scratch.js';
import { type Stack, startStack } from '../support/stack.js';
import { startTcpProxy } from '../support/tcp-proxy.js';
import { type TestServer, temporalServer } from '../support/temporal-server.js';
import { type Timed, timed } from '../support/timed.js';

const ANSWER_LIMIT_MS = 3_000;
/** A start that is recorded more than ten seconds after its request rings nobody. */
const LATE_MS = 12_000;
const annPhone = { terminal_id: 'caller-phone' };
const bobPhone = { terminal_id: 'bob-phone' };
const joined = { ...bobPhone, stage: 'joined' };

let postgres: PostgresServer;
let databases = 0;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.remove());

const database = () => {
  databases += 1;
  return postgres.createDatabase(`faults_${databases}`);
};

async function ownTemporal() {
  const server = await temporalServer({ database: join(await scratchFolder(), 'temporal.db') });
  onTestFinished(() => server.stop());
  return server;
}

/** How the engine is, as `/readyz` has it. */
async function engineOf({ url }: Stack): Promise<string | undefined> {
  const ready = (await (await fetch(`${url}/readyz`)).json()) as { checks: { engine?: string } };
  return ready.checks.engine;
}

/**
 * What a request is answered under which Temporal is killed. Where a busy machine let a probe notice
 * before anything was sent, it is killed once more.
 */
async function killedUnder<T>(server: TestServer, stack: Stack, request: () => Promise<T>) {
  for (;;) {
    await expect.poll(() => engineOf(stack)).toBe('ok');
    await server.kill();
    const open = await timed(codeOr(request()));
    if (open.answer !== 50301) return open;
    await server.restart();
  }
}

describe('with the store away', () => {
  it('a create is refused, live calls go on, and their records catch up', async () => {
    const stack = await startStack({ env: { DATABASE_URL: await database() } });
    const [ann, bob] = await Promise.all([stack.as('10001'), stack.as('20002')]);
    const eve = await stack.as('30003');
    const call = await insist(() => dial(ann));
    const usual = await timed(insist(() => bob.acceptCall(call, bobPhone)));
    await postgres.stop();
    try {
      const create = await timed(codeOr(eve.createCall(aCreate({ target_user_id: 40004 }))));
      expect(create.answer).toBe(50301);
      expect(create.ms).toBeLessThan(ANSWER_LIMIT_MS + create.slackMs);
      const reports: Timed<unknown>[] = [];
      for (let nth = 0; nth < 5; nth += 1) {
        reports.push(await timed(insist(() => bob.reportMediaState(call, joined))));
      }
      expect(reports.at(-1)?.answer).toMatchObject({ status: 'ongoing' });
      // Waiting for a store would hold up each of them; a busy machine holds up some.
      expect(Math.min(...reports.map(({ ms }) => ms))).toBeLessThan(usual.ms + 500);
      expect(await insist(() => ann.getCallState(call))).toMatchObject({ status: 'ongoing' });
      const hungUp = await insist(() => ann.hangupCall(call, annPhone));
      expect(hungUp).toMatchObject({ status: 'ended' });
    } finally {
      await postgres.start();
    }
    await expect
      .poll(() => codeOr(eve.createCall(aCreate({ target_user_id: 20002 }))))
      .toMatchObject({ status: 'calling' });
    expect(await insist(() => ann.getCall(call))).toMatchObject({ status: 'ended', version: 4 });
  });
});

describe('with Temporal away', () => {
  it('a create is refused in time, and once Temporal is back the same request gives one call', async () => {
    const server = await ownTemporal();
    const stack = await startStack({ temporalAddress: server.address });
    const [ann, bob] = await Promise.all([stack.as('10001'), stack.as('20002')]);
    const eve = await stack.as('30003');
    const open = await killedUnder(server, stack, () => ann.createCall(aCreate()));
    expect(open.answer).toBe(50401);
    expect(open.ms).toBeLessThan(ANSWER_LIMIT_MS + open.slackMs);
    await expect.poll(() => engineOf(stack)).toBe('down');
    const repeated = await timed(codeOr(ann.createCall(aCreate())));
    expect(repeated.answer).toBe(50401);
    expect(repeated.ms).toBeLessThan(ANSWER_LIMIT_MS + repeated.slackMs);
    const refused = await timed(codeOr(eve.createCall(aCreate({ target_user_id: 40004 }))));
    expect(refused.answer).toBe(50301);
    expect(refused.ms).toBeLessThan(2_000 + refused.slackMs);
    await server.restart();
    await expect
      .poll(() => codeOr(ann.createCall(aCreate())), { interval: 300 })
      .toMatchObject({ status: 'calling' });
    const ringing = async () =>
      (await bob.listRinging()).calls.map(({ call_id }) => Number(call_id));
    // Announced once the worker is back at work, too.
    await expect.poll(ringing).toHaveLength(1);
    const [callId = 0] = await ringing();
    const accepted = await insist(() => bob.acceptCall({ callId }, bobPhone));
    expect(accepted).toMatchObject({ status: 'accepted' });
  });

  it('a start that lands too late rings nobody', async () => {
    const temporalAddress = inject('temporalAddress');
    const proxy = await startTcpProxy(`tcp://${temporalAddress}`);
    onTestFinished(() => proxy.close());
    const stack = await startStack({ temporalAddress: proxy.address });
    const [ann, bob] = await Promise.all([stack.as('10001'), stack.as('20002')]);
    const connection = await Connection.connect({ address: temporalAddress });
    onTestFinished(() => connection.close());
    const client = new Client({ connection, namespace: stack.namespace });
    let [callId, open]: [number, unknown] = [0, 50301];
    // Where a busy machine let a probe notice before anything was sent, once more.
    while (open === 50301) {
      await expect.poll(() => engineOf(stack)).toBe('ok');
      callId += 1;
      // What is sent from here on arrives when a start is too late, and what follows it after it.
      proxy.delay(() => LATE_MS);
      open = await codeOr(ann.createCall(aCreate()));
      proxy.heal();
    }
    expect(open).toBe(50401);
    const call = client.workflow.getHandle(callWorkflowId(callId));
    const rang: unknown[] = [];
    const look = async () => {
      const ringing = await codeOr(bob.listRinging());
      if (typeof ringing !== 'number') rang.push(...ringing.calls);
      return call.describe().then(
        ({ status }) => status.name,
        () => 'not there',
      );
    };
    expect(await look()).toBe('not there');
    await expect.poll(look).toBe('COMPLETED');
    expect(await call.result()).toMatchObject({ status: 'ended', cause: 'unreachable' });
    await look();
    expect(rang).toEqual([]);
    await expect
      .poll(() => codeOr(bob.createCall(aCreate({ target_user_id: 10001 }))))
      .toMatchObject({ status: 'calling' });
  });
});

describe('with the worker away', () => {
  it('a command is answered 50401 in time, and repeating it takes effect once', async () => {
    const env = { DATABASE_URL: await database() };
    const api = await startStack({ role: 'api', env });
    const { namespace } = api;
    const first = await startStack({ role: 'worker', namespace, env });
    const [ann, bob] = await Promise.all([api.as('10001'), api.as('20002')]);
    const call = await insist(() => dial(ann));
    await insist(() => bob.reportMediaState(call, { ...bobPhone, stage: 'ringing' }));
    await first.stop();
    const accept = () => timed(codeOr(bob.acceptCall(call, bobPhone)));
    let open = await accept();
    while (open.answer === 50301) open = await accept();
    expect(open.answer).toBe(50401);
    expect(open.ms).toBeLessThan(ANSWER_LIMIT_MS + open.slackMs);
    await startStack({ role: 'worker', namespace, env });
    await expect
      .poll(() => codeOr(bob.acceptCall(call, bobPhone)))
      .toMatchObject({ status: 'accepted', version: 3 });
    await expect
      .poll(() => codeOr(ann.getCallState(call)))
      .toMatchObject({ status: 'accepted', version: 3 });
  });
});
