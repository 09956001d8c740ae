import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PROJECT } from './built-product.js';
import type { RunningProgram } from './running-program.js';
import { AUTH } from './tokens.js';
import { createWorkplace, type Workplace } from './workplace.js';

/** From when to when calls were carried on; milliseconds since the epoch. */
export interface Uptime {
  readonly from: number;
  until: number;
  /** How long the start took, which tells how busy the machine was. */
  readonly startMs: number;
}

export interface Arm {
  /** `before` or `after`, and what is done there. */
  readonly point: string;
  /** A party of the calls that are meant; requests that name no call are always meant. */
  readonly userId: string;
  /** Whether the Temporal server is killed in the same moment. */
  readonly withServer: boolean;
}

export interface Points {
  /** Everything the product can be killed at. */
  readonly declared: ReadonlySet<string>;
  readonly reached: Readonly<Record<string, number>>;
  readonly killed: Readonly<Record<string, number>>;
}

/** `switchyard start` in one folder, which kills itself where it is told to and is started again. */
export interface MortalProduct {
  readonly place: Workplace;
  readonly uptimes: readonly Uptime[];
  start(): Promise<void>;
  arm(arm: Arm): Promise<void>;
  disarm(): Promise<void>;
  /** Whether it is killed before then. Rejects if it ends in any other way. */
  diesBefore(then: Promise<unknown>): Promise<boolean>;
  killServer(): Promise<void>;
  kill(): Promise<void>;
  points(): Promise<Points>;
  /** The last errors it logged. */
  errors(): Promise<readonly string[]>;
}

const READY = /^API {8}http/m;
const LOOK_EVERY_MS = 10;
/** How such a line of the log begins. */
const ERROR_LEVEL = '{"level":50,';
const ERRORS_TOLD = 5;

export async function mortalProduct(): Promise<MortalProduct> {
  const place = await createWorkplace();
  const folder = join(place.folder, 'kill-points');
  const file = (name: string) => join(folder, name);
  await mkdir(folder);
  const settings = {
    NODE_OPTIONS: `--import=${PROJECT}test/support/kill-register.mjs`,
    KILL_POINTS_FOLDER: folder,
    AUTH_JWT_SECRET: AUTH.secret,
  };
  const uptimes: Uptime[] = [];
  let running: RunningProgram | undefined;

  const product = (): RunningProgram => {
    if (running === undefined) throw new Error('the product was not started');
    return running;
  };
  const noteEnd = (): void => {
    const last = uptimes.at(-1);
    if (last !== undefined) last.until = Math.min(last.until, Date.now());
  };
  const lines = async (name: string): Promise<string[]> =>
    (await readFile(file(name), 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');
  const killServer = async (): Promise<void> => {
    const server = await place.temporalServer();
    if (server === undefined) throw new Error('no Temporal server runs');
    noteEnd();
    process.kill(server.pid, 'SIGKILL');
  };

  return {
    place,
    uptimes,
    killServer,
    async start() {
      const begun = Date.now();
      running = await place.start(['start'], settings);
      await running.until(READY);
      const from = Date.now();
      uptimes.push({ from, until: Number.POSITIVE_INFINITY, startMs: from - begun });
    },
    async arm({ withServer, ...arm }) {
      const serverPid = withServer ? (await place.temporalServer())?.pid : undefined;
      await writeFile(file('arm.new'), JSON.stringify({ ...arm, serverPid }));
      await rename(file('arm.new'), file('arm'));
    },
    async diesBefore(then) {
      const { runs, ended, stdout, stderr } = product();
      let late = false;
      void then.finally(() => {
        late = true;
      });
      while (runs() && !late) await sleep(LOOK_EVERY_MS);
      if (runs()) return false;
      noteEnd();
      const { signal } = await ended();
      if (signal === 'SIGKILL') return true;
      throw new Error(`the product ended by itself\n${stdout()}\n${stderr()}`);
    },
    disarm: () => rm(file('arm'), { force: true }),
    async kill() {
      product().signal('SIGKILL');
      await product().ended();
      noteEnd();
    },
    async errors() {
      const log = await readFile(join(place.dataFolder, 'switchyard.log'), 'utf8');
      return log
        .split('\n')
        .filter((line) => line.startsWith(ERROR_LEVEL))
        .slice(-ERRORS_TOLD);
    },
    async points() {
      return {
        declared: new Set(await lines('declared')),
        reached: counted(await lines('reached')),
        killed: counted(await lines('killed')),
      };
    },
  };
}

function counted(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
