import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, createClient } from '../../src/client/create-client.js';
import { type Audit, expectNothingLost, openAudit } from '../support/call-audit.js';
import { sayLoad, startLoad, type ToldCall } from '../support/call-load.js';
import { type Cluster, type Member, startCluster } from '../support/cluster.js';
import { aCreate, codeOr, dial } from '../support/http-calls.js';
import { insistent } from '../support/insist.js';
import { emptyLedger, insistentUser, total } from '../support/insistent-user.js';
import { CLEANLY, restartEach } from '../support/rolling-restart.js';
import { timed } from '../support/timed.js';
import { userToken } from '../support/tokens.js';

const ANSWER_LIMIT_MS = 3_000;
const AWAY_MS = 2_500;

let cluster: Cluster;
let members: Member[];
let urls: string[];
let audit: Audit;

beforeAll(async () => {
  cluster = await startCluster();
  members = await Promise.all([cluster.member('serve'), cluster.member('serve')]);
  urls = members.map(({ url }) => url);
  audit = await openAudit(cluster, members);
});
afterAll(async () => {
  await audit?.close();
  await cluster?.remove();
});

const userAt = async (url: string | undefined, userId: string): Promise<Client> =>
  createClient({ baseUrl: url ?? '', token: await userToken(userId) });
const insistentAt = async (url: string | undefined, userId: string): Promise<Client> =>
  insistent(await userAt(url, userId));

describe('two serve processes on one PostgreSQL', () => {
  it('let one of fifty simultaneous creates ring an idle callee', async () => {
    const ledger = emptyLedger();
    const callers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => {
        const random = () => (index % 2) / 2;
        return insistentUser({ urls, userId: String(500_001 + index), ledger, random });
      }),
    );
    const body = aCreate({ target_user_id: 600_001 });
    const answers = await Promise.all(
      callers.map((caller) => caller.ask('create', (client) => client.createCall(body))),
    );
    process.stdout.write(`fifty creates to one callee: ${JSON.stringify(ledger)}\n`);

    expect(answers.filter((answer) => answer !== 41003)).toMatchObject([{ status: 'calling' }]);
    expect(ledger).toMatchObject({ acknowledged: { create: 1 }, refused: { 'create 41003': 49 } });
    const callee = await insistentAt(urls[0], '600001');
    const ringing = async () =>
      (await callee.listRinging()).calls.map((each) => Number(each.call_id));
    await expect.poll(ringing).toHaveLength(1);
    const [callId = 0] = await ringing();
    await callee.rejectCall({ callId }, { terminal_id: 'phone' });
    await expect.poll(() => audit.busyLines()).toEqual([]);
  });

  it('lose no acknowledged command when one after the other is restarted under load', async () => {
    const load = startLoad({ urls, seed: Date.now() });
    const restarts = await restartEach(members, load);
    const told = await load.finished();
    sayLoad('two serves restarted', load, { calls: told.length, restarts });

    expect(restarts.map(({ ended }) => ended)).toEqual([CLEANLY, CLEANLY]);
    expect(Math.min(...restarts.map(({ liveCalls }) => liveCalls))).toBeGreaterThan(0);
    expect(total(load.ledger.retried, 'unreachable')).toBeGreaterThan(0);
    await expectNothingLost(audit, told);
  });

  it('refuse creates while PostgreSQL is away, go on with live calls, and catch up', async () => {
    const load = startLoad({ urls, seed: Date.now(), pairs: 4 });
    await sleep(1_000);
    const usual = await liveCall(0);
    await usual.converse();
    const others = await Promise.all([1, 2, 3, 4].map(liveCall));
    await cluster.postgres.stop();
    const meanwhile = await awayFor(AWAY_MS, others);
    const refusedCreates = () => load.ledger.retried['create 50301'] ?? 0;
    await expect.poll(refusedCreates).toBeGreaterThan(0);
    await cluster.postgres.start();
    await sleep(1_000);
    const told = await load.finished();
    const { told: talks, ...answers } = meanwhile;
    sayLoad('PostgreSQL away', load, { calls: told.length, ...answers });

    expect(answers.creates).toEqual([50301, 50301]);
    expect(Math.max(...answers.createMs)).toBeLessThan(ANSWER_LIMIT_MS);
    await expectNothingLost(audit, [...told, ...talks, usual.told()]);
  });
});

/** Answers given while the database is away. */
async function awayFor(ms: number, calls: readonly LiveCall[]) {
  const over = sleep(ms);
  const strangers = await Promise.all(
    urls.map((url, index) => userAt(url, String(520_001 + index))),
  );
  const creates = await Promise.all(
    strangers.map((stranger, index) =>
      timed(codeOr(stranger.createCall(aCreate({ target_user_id: 530_001 + index })))),
    ),
  );
  const talks = await Promise.all(calls.map((call) => timed(call.converse())));
  await over;
  return {
    creates: creates.map(({ answer }) => answer),
    createMs: creates.map(({ ms, slackMs }) => Math.round(ms - slackMs)),
    talkMs: talks.map((talk) => Math.round(talk.ms)),
    told: calls.map((call) => call.told()),
  };
}

interface LiveCall {
  /** Accepted, joined by both and hung up, through both processes. */
  converse(): Promise<void>;
  told(): ToldCall;
}

async function liveCall(index: number): Promise<LiveCall> {
  const calleeId = String(550_001 + index);
  const caller = await insistentAt(urls[index % 2], String(540_001 + index));
  const callee = await insistentAt(urls[(index + 1) % 2], calleeId);
  const id = await dial(caller, { target_user_id: Number(calleeId) });
  let told: ToldCall | undefined;
  return {
    async converse() {
      await callee.acceptCall(id, { terminal_id: 'phone' });
      await caller.reportMediaState(id, { terminal_id: 'caller-phone', stage: 'joined' });
      await callee.reportMediaState(id, { terminal_id: 'phone', stage: 'joined' });
      const end = await callee.hangupCall(id, { terminal_id: 'phone', reason: 'done' });
      const { callId } = id;
      const why = { endedBy: calleeId, reason: 'done', acceptedOn: 'phone' };
      told = { callId, ending: 'hangup', end, ...why };
    },
    told() {
      if (told === undefined) throw new Error(`call ${id.callId} did not end`);
      return told;
    },
  };
}
