import { bare, splitBare } from './contenders/bare.js';
import type { Contender } from './contenders/contender.js';
import { dbos } from './contenders/dbos.js';
import { robotHosts } from './contenders/robots.js';
import { serve, split } from './contenders/switchyard.js';
import { measureEndpoint } from './measures/endpoint-cost.js';
import { type HistoryCost, measureHistory } from './measures/history.js';
import { type Memory, measureMemory } from './measures/memory.js';
import { measureRecovery, type Recovery } from './measures/recovery.js';
import { measureRobotStarts, type RobotStarts } from './measures/robots.js';
import { measureStreams } from './measures/streams.js';
import { runRounds } from './measures/throughput.js';
import { type Lateness, measureLateness } from './measures/timers.js';
import { type Plan, readOptions } from './options.js';
import { describeMachine, describeServers } from './report/machine.js';
import { placeOf, writePage } from './report/page.js';
import type { Results } from './report/results.js';
import { robotSection } from './report/robots.js';
import { section } from './report/section.js';
import { streamSection } from './report/streams.js';
import { devServer, type Stage, setStage, type TemporalOnStage } from './stage.js';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** One measure that fails leaves a gap in its table, and the run ends with an error. */
async function unlessItFails(measure: () => Promise<void>): Promise<void> {
  try {
    await measure();
  } catch (error) {
    process.exitCode = 1;
    say(`FAILED: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** What is alone with its server, so that the server's memory is its own where that is possible. */
async function measureAlone(stage: Stage, plan: Plan) {
  const memory: Memory[] = [];
  const lateness: Lateness[] = [];
  const onServer = (server: TemporalOnStage) => [
    () => bare(stage, server),
    () => serve(stage, 'PostgreSQL', server),
  ];
  for (const index of [0, 1]) {
    const own = stage.kind === 'dev' ? await devServer() : undefined;
    const server = own ?? stage.temporal;
    const contender = await onServer(server)[index]?.();
    if (contender === undefined) throw new Error('nobody to measure');
    say(`memory and deadlines: ${contender.name}`);
    await unlessItFails(async () => {
      lateness.push(await measureLateness(contender, server.address, plan.ringingOut));
    });
    await unlessItFails(async () => {
      const { temporalKb, ...measured } = await measureMemory(contender, plan.liveCalls);
      memory.push({ ...measured, temporalKb: own === undefined ? Number.NaN : temporalKb });
      say(JSON.stringify(memory.at(-1)));
    });
    await contender.stop();
    await own?.stop();
  }
  return { memory, lateness };
}

async function measureTogether(stage: Stage, plan: Plan) {
  const { address } = stage.temporal;
  const contenders: Contender[] = [
    await bare(stage),
    await serve(stage, 'PostgreSQL'),
    (await split(stage)).contender,
    await serve(stage, 'PGlite'),
    await dbos(stage),
  ];
  const history: HistoryCost[] = [];
  for (const contender of contenders.slice(0, 2)) {
    history.push(await measureHistory(contender, address));
  }
  const slots = await runRounds(contenders, plan, say);
  for (const contender of contenders) await contender.stop();
  return { history, slots };
}

async function measureKills(stage: Stage, plan: Plan): Promise<Recovery[]> {
  const recovery: Recovery[] = [];
  for (const start of [splitBare, split]) {
    const killable = await start(stage);
    say(`killed workers: ${killable.contender.name}`);
    await unlessItFails(async () => {
      recovery.push(await measureRecovery(killable, stage.temporal.address, plan.recovery));
      say(JSON.stringify(recovery.at(-1)));
    });
    await killable.contender.stop();
  }
  return recovery;
}

async function measureRobots(stage: Stage, { robots }: Plan): Promise<RobotStarts[]> {
  const starts: RobotStarts[] = [];
  for (const store of ['PostgreSQL', 'PGlite'] as const) {
    say(`robot calls: ${store}`);
    await unlessItFails(async () => {
      const hosts = await robotHosts(stage, store);
      try {
        starts.push(await measureRobotStarts(store, hosts, robots));
      } finally {
        await hosts.stop();
      }
    });
  }
  return starts;
}

async function measureCalls(stage: Stage, plan: Plan): Promise<string> {
  const machine = describeMachine(stage, plan);
  const together = await measureTogether(stage, plan);
  const alone = await measureAlone(stage, plan);
  const recovery = await measureKills(stage, plan);
  const results: Results = { kind: stage.kind, plan, machine, ...together, ...alone, recovery };
  return section(results);
}

// Only a process that ends by itself ends what it started.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const { temporal, plan, only, writesPage } = readOptions(process.argv.slice(2));
const stage = await setStage(temporal);
try {
  const keep = async (place: string, text: string) => {
    say(text);
    if (writesPage) await writePage(place, text);
  };
  if (only === undefined) await keep(placeOf(stage.kind), await measureCalls(stage, plan));
  const machine = describeServers(stage);
  if (only !== 'streams') {
    await keep('robots', robotSection(machine, await measureRobots(stage, plan)));
  }
  if (only !== 'robots') {
    await unlessItFails(async () => {
      const streams = await measureStreams(stage, plan.streams);
      await keep('streams', streamSection(machine, streams, await measureEndpoint(stage)));
    });
  }
} finally {
  await stage.end();
}
