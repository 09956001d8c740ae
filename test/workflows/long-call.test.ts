import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, inject, it, onTestFinished } from 'vitest';
import { openPglite } from '../../src/store/pglite.js';
import { qualitySamples } from '../../src/store/schema.js';
import { reportFor, type Speaker } from '../support/conversation.js';
import { dial } from '../support/http-calls.js';
import { randomFrom } from '../support/random.js';
import { type Continuation, runsOf, watchRuns } from '../support/run-chain.js';
import { runs } from '../support/runs.js';
import { scratchFolder } from '../support/scratch.js';
import { openStack, type Stack } from '../support/stack.js';
import { type TestServer, temporalServer } from '../support/temporal-server.js';

/** Twenty minutes of one report a second from either side; with an effort of 12, four hours. */
const REPORTS_OF_EACH = runs(1_200);
const isLong = inject('effort') > 1;
/** What a server suggests by itself, and less where the call is shorter. */
const SUGGESTED_EVENTS = isLong ? 4_096 : 500;
/** The task that hears the suggestion, and what a record under way holds up. */
const TASKS_AFTER_IT_EVENTS = 40;

let server: TestServer;
beforeAll(async () => {
  server = await temporalServer({
    dynamicConfig: {
      'limit.historyCount.suggestContinueAsNew': SUGGESTED_EVENTS,
      'history.workflowIdReuseMinimalInterval': '1ms',
    },
  });
});
afterAll(() => server?.stop());

async function stackIn(folder: string): Promise<Stack> {
  const stack = await openStack({
    temporalAddress: server.address,
    env: { SWITCHYARD_DIR: folder, RATE_LIMIT_PER_SECOND: '100000' },
  });
  onTestFinished(() => stack.stop());
  return stack;
}

/** The last quality of each terminal, read when nobody writes any more. */
async function storedQualities(folder: string, callId: number) {
  const database = await openPglite(join(folder, 'store'));
  try {
    const rows = await database.run((queries) =>
      queries.select().from(qualitySamples).where(eq(qualitySamples.callId, callId)),
    );
    return Object.fromEntries(rows.map((row) => [`${row.userId}/${row.terminalId}`, row.quality]));
  } finally {
    await database.close();
  }
}

it('continues as new under a report a second from both sides, and loses and doubles nothing', {
  timeout: 300_000 * inject('effort'),
}, async () => {
  const seed = Date.now();
  const folder = await scratchFolder();
  const stack = await stackIn(folder);
  const [ann, bob] = await Promise.all([stack.insistently('10001'), stack.insistently('20002')]);
  const call = await dial(ann);
  await bob.acceptCall(call, { terminal_id: 'phone' });
  const watch = await watchRuns({ ...stack, ...call, nearEvents: SUGGESTED_EVENTS - 25 });
  const speakers: Speaker[] = [
    { client: ann, userId: '10001', terminals: ['caller-phone'] },
    { client: bob, userId: '20002', terminals: ['phone', 'tablet'] },
  ];
  const started = performance.now();
  const spoken = await Promise.all(
    speakers.map((speaker, index) =>
      reportFor(speaker, {
        ...call,
        reports: REPORTS_OF_EACH,
        random: randomFrom(seed + index),
        isNearEnd: watch.isNearEnd,
      }),
    ),
  );
  const seconds = Math.round((performance.now() - started) / 1_000);
  const end = await ann.hangupCall(call, { terminal_id: 'caller-phone' });
  await watch.stop();
  const chain = await runsOf({ ...stack, ...call });
  await stack.stop();

  const commands = spoken.flatMap((each) => each.commands);
  const crossing = chain.continuations.filter((gap) => isCrossed(gap, commands)).length;
  const news = spoken.reduce((sum, each) => sum + each.news, 0);
  const lengths = chain.lengths;
  process.stdout.write(
    `long call, seed ${seed}: ${JSON.stringify({ reports: 2 * REPORTS_OF_EACH, news, commands: commands.length, seconds, runs: lengths, crossing })}\n`,
  );

  expect(spoken.flatMap((each) => each.errors)).toEqual([]);
  expect(news).toBeGreaterThan(0.28 * 2 * REPORTS_OF_EACH);
  // Created, accepted, hung up, and each change and each take-over once.
  expect(end).toMatchObject({ status: 'ended', version: 3 + news + commands.length });
  expect(lengths.length).toBeGreaterThan(2);
  expect(crossing).toBeGreaterThan(0);
  expect(Math.max(...lengths)).toBeLessThan(SUGGESTED_EVENTS + TASKS_AFTER_IT_EVENTS);
  expect(await storedQualities(folder, call.callId)).toEqual(
    Object.assign({}, ...spoken.map((each) => each.lastQualities)),
  );
});

/** Whether a command was on its way while one run ended and the next had not begun. */
const isCrossed = (gap: Continuation, commands: readonly { from: number; until: number }[]) =>
  commands.some(({ from, until }) => from <= gap.endedAt && until >= gap.begunAt);
