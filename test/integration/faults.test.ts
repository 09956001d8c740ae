import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { aCreate, codeOr, dial } from '../support/http-calls.js';
import { type PostgresServer, startPostgres } from '../support/postgres.js';
import { scratchFolder } from '../support/scratch.js';
import { startStack } from '../support/stack.js';
import { temporalServer } from '../support/temporal-server.js';
import { timed } from '../support/timed.js';

const ANSWER_LIMIT_MS = 3_000;
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

describe('with the store away', () => {
  it('a create is refused, live calls go on, and their records catch up', async () => {
    const stack = await startStack({ env: { DATABASE_URL: await database() } });
    const [ann, bob] = await Promise.all([stack.as('10001'), stack.as('20002')]);
    const eve = await stack.as('30003');
    const call = await dial(ann);
    const usual = await timed(bob.acceptCall(call, bobPhone));
    await pause(500);
    await postgres.stop();
    try {
      const create = await timed(codeOr(eve.createCall(aCreate({ target_user_id: 40004 }))));
      expect(create.answer).toBe(50301);
      expect(create.ms).toBeLessThan(ANSWER_LIMIT_MS + create.slackMs);
      const report = await timed(bob.reportMediaState(call, joined));
      expect(report.answer).toMatchObject({ status: 'ongoing' });
      expect(report.ms).toBeLessThan(usual.ms + 500 + report.slackMs);
      expect(await ann.getCallState(call)).toMatchObject({ status: 'ongoing' });
      const hungUp = await timed(ann.hangupCall(call, annPhone));
      expect(hungUp.answer).toMatchObject({ status: 'ended' });
      expect(hungUp.ms).toBeLessThan(usual.ms + 500 + hungUp.slackMs);
    } finally {
      await postgres.start();
    }
    await expect
      .poll(() => codeOr(eve.createCall(aCreate({ target_user_id: 20002 }))), { timeout: 20_000 })
      .toMatchObject({ status: 'calling' });
    expect(await ann.getCall(call)).toMatchObject({ status: 'ended', version: 4 });
  });
});

describe('with Temporal away', () => {
  it('a create is refused in time, and once Temporal is back the same request gives one call', async () => {
    const server = await ownTemporal();
    const stack = await startStack({ temporalAddress: server.address });
    const [ann, bob] = await Promise.all([stack.as('10001'), stack.as('20002')]);
    const eve = await stack.as('30003');
    await server.kill();
    const open = await timed(codeOr(ann.createCall(aCreate())));
    expect(open.answer).toBe(50401);
    expect(open.ms).toBeLessThan(ANSWER_LIMIT_MS + open.slackMs);
    await pause(2_500);
    const repeated = await timed(codeOr(ann.createCall(aCreate())));
    expect(repeated.answer).toBe(50401);
    expect(repeated.ms).toBeLessThan(ANSWER_LIMIT_MS + repeated.slackMs);
    const refused = await timed(codeOr(eve.createCall(aCreate({ target_user_id: 40004 }))));
    expect(refused.answer).toBe(50301);
    expect(refused.ms).toBeLessThan(1_000 + refused.slackMs);
    await server.restart();
    await expect
      .poll(() => codeOr(ann.createCall(aCreate())), { timeout: 20_000, interval: 300 })
      .toMatchObject({ status: 'calling' });
    const ringing = async () =>
      (await bob.listRinging()).calls.map(({ call_id }) => Number(call_id));
    // Announced once the worker is back at work, too.
    await expect.poll(ringing, { timeout: 20_000 }).toHaveLength(1);
    const [callId = 0] = await ringing();
    expect(await bob.acceptCall({ callId }, bobPhone)).toMatchObject({ status: 'accepted' });
  });

  it('a start that lands too late rings nobody', async () => {
    const server = await ownTemporal();
    const stack = await startStack({ temporalAddress: server.address });
    const [ann, bob] = await Promise.all([stack.as('10001'), stack.as('20002')]);
    await server.kill();
    expect(await codeOr(ann.createCall(aCreate()))).toBe(50401);
    await pause(10_500);
    await server.restart();
    const rang: unknown[] = [];
    for (let look = 0; look < 20; look += 1) {
      await pause(250);
      const ringing = await codeOr(bob.listRinging());
      if (typeof ringing !== 'number') rang.push(...ringing.calls);
    }
    expect(rang).toEqual([]);
    await expect
      .poll(() => codeOr(bob.createCall(aCreate({ target_user_id: 10001 }))), { timeout: 20_000 })
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
    const call = await dial(ann);
    await bob.reportMediaState(call, { ...bobPhone, stage: 'ringing' });
    await first.stop();
    const open = await timed(codeOr(bob.acceptCall(call, bobPhone)));
    expect(open.answer).toBe(50401);
    expect(open.ms).toBeLessThan(ANSWER_LIMIT_MS + open.slackMs);
    await startStack({ role: 'worker', namespace, env });
    await expect
      .poll(() => codeOr(bob.acceptCall(call, bobPhone)), { timeout: 20_000 })
      .toMatchObject({ status: 'accepted', version: 3 });
    expect(await ann.getCallState(call)).toMatchObject({ status: 'accepted', version: 3 });
  });
});
