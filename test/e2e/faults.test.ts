import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Audit, expectNothingLost } from '../support/call-audit.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import { reportOf, undocumented } from '../support/fault-report.js';
import { type FaultedRun, playFault } from '../support/faulted-run.js';
import { LINK_FAULTS, type LinkEnd, type LinkFault } from '../support/link-faults.js';
import { type LinkName, startLinkedService } from '../support/linked-service.js';
import { runSeed, seeded } from '../support/seeded.js';

/** An answer takes three seconds at most, half a second of a state's are for the engine. */
const ANSWER_LIMIT_MS = { engine: 4_000, store: 4_000, api: 12_000 } as const;
const STATE_LIMIT_MS = { engine: 2_400, store: 3_000, api: 2_400 } as const;
/** How long a line may outlive a create that was refused: the time of a start, and a sweep. */
const LINES_LIMIT_MS = 60_000;
/** Where nothing is wrong nearly every call is over by then, on a busy machine as well. */
const CALM_CALL_MS = 40_000;
const REACHED = 0.9;
const LIMIT_MS = 1_500_000;

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster?.remove());

const isBroken = ({ name }: LinkFault): boolean => name === 'resets' || name.startsWith('half');
/** Clients give up by themselves: what matters is that a command may be sent again. */
const BROKEN = LINK_FAULTS.filter(isBroken);

type Plan = readonly (readonly [LinkName, readonly LinkFault[]])[];

/** Side by side, each in a service of its own; what recovers soon shares one. */
const SERVICES: readonly Plan[] = [
  [['api→engine', LINK_FAULTS]],
  [['worker→engine', LINK_FAULTS]],
  [['api→store', LINK_FAULTS]],
  [
    ['worker→store', LINK_FAULTS],
    ['client→api', BROKEN],
  ],
];

describe('latency, resets, a blackhole and half-open connections', () => {
  it.concurrent.each(
    SERVICES.map((plan, nth) => ({ plan, nth, links: plan.map(([link]) => link) })),
  )(
    'on $links hold no answer back, lose no call, ring nobody who was spared, and pass by themselves',
    async ({ plan, nth }) => {
      const service = await startLinkedService(cluster, `faults_${nth}`);
      try {
        const runs: FaultedRun[] = [];
        for (const [link, faults] of plan) {
          for (const fault of faults) {
            const seed = runSeed() + runs.length;
            const run = await playFault(service, link, fault, { seed, random: seeded(seed) });
            judge(link, fault, run, seed);
            runs.push(run);
          }
        }
        expectMostReached(runs);
        await expectNoGhosts(service.audit, runs);
      } finally {
        await service.close();
      }
    },
    LIMIT_MS,
  );
});

const isEnd = (status: string): boolean => ['ended', 'cancelled', 'rejected'].includes(status);

const endOf = (link: LinkName): LinkEnd => link.split('→')[1] as LinkEnd;

function judge(link: LinkName, fault: LinkFault, run: FaultedRun, seed: number): void {
  const where = `${fault.name} on ${link}`;
  const report = reportOf(run);
  process.stdout.write(`${where}, seed ${seed}: ${JSON.stringify(report)}\n`);
  const end = endOf(link);
  const ofTheApi = run.heard.filter(({ answer }) => end !== 'api' || answer !== 'unreachable');
  const { slowestMs, slackMs } = report;
  for (const name of fault.fires) expect(run.fired[name], `${where}: ${name}`).toBeGreaterThan(0);
  expect(undocumented({ heard: ofTheApi }), where).toEqual([]);
  expect(slowestMs.command, `${where}: ms of an answer`).toBeLessThan(
    ANSWER_LIMIT_MS[end] + slackMs,
  );
  expect(slowestMs.state, `${where}: ms of a state`).toBeLessThan(STATE_LIMIT_MS[end] + slackMs);
  expect(run.witness.statuses.filter(isEnd), `${where}: the call that lasts`).toEqual([]);
  expect(run.backAfterMs, `${where}: ms to recover`).toBeLessThan(fault.backWithinMs[end]);
}

function expectMostReached(runs: readonly FaultedRun[]): void {
  const calm = runs.flatMap((run) => run.calm);
  const reached = calm.filter(({ from, until }) => until - from < CALM_CALL_MS);
  expect(reached.length).toBeGreaterThanOrEqual(REACHED * calm.length);
}

/** Exactly those calls rang that somebody was told of. */
async function expectNoGhosts(audit: Audit, runs: readonly FaultedRun[]): Promise<void> {
  const noLines = async () => expect(await audit.busyLines()).toEqual([]);
  await vi.waitFor(noLines, { timeout: LINES_LIMIT_MS, interval: 200 });
  const told = runs.flatMap((run) => run.told);
  await expectNothingLost(audit, told);
  const lone = runs.flatMap((run) => run.lone);
  const known = [...told, ...lone].flatMap(({ callId }) => callId ?? []);
  expect(await audit.rung()).toEqual(new Set(known));
}
