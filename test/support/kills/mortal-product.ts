import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../../src/store/database.js';
import { openPglite } from '../../../src/store/pglite.js';
import { openPostgres } from '../../../src/store/postgres.js';
import { PROJECT } from '../built-product.js';
import { startPostgres } from '../postgres.js';
import type { RunningProgram } from '../running-program.js';
import { AUTH } from '../tokens.js';
import { createWorkplace, type Workplace, workplaceInUse } from '../workplace.js';

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
  /** A user of the calls that are meant, or all calls; requests that name none are always meant. */
  readonly userId?: string;
  /** Whether the embedded Temporal server is killed in the same moment. */
  readonly withServer?: boolean;
}

export interface Points {
  /** Everything the product can be killed at. */
  readonly declared: ReadonlySet<string>;
  readonly reached: Readonly<Record<string, number>>;
  readonly killed: Readonly<Record<string, number>>;
}

/** How the product is run: `start` embeds its store, `serve` has a database that outlives it. */
export interface Life {
  readonly role: 'start' | 'serve';
  /** They may depend on where it is run. */
  readonly settings?: Settings | ((place: Workplace) => Settings);
}

type Settings = Readonly<Record<string, string>>;

/** The product in one folder, which kills itself where it is told to and is started again. */
export interface MortalProduct {
  readonly place: Workplace;
  readonly uptimes: readonly Uptime[];
  /** Rejects if it ends before it is up. */
  start(): Promise<void>;
  /** Starts it, and again whenever it is killed, until it is told to stop; it is left running then. */
  keepAlive(): { stop(): Promise<void> };
  /** Several arms may wait at a time, one for each user. */
  arm(arm: Arm): Promise<void>;
  /** The one of this user, or all. */
  disarm(userId?: string): Promise<void>;
  /** Whether it is killed before then. Rejects if it ends in any other way. */
  diesBefore(then: Promise<unknown>): Promise<boolean>;
  killServer(): Promise<void>;
  kill(): Promise<void>;
  points(): Promise<Points>;
  /** What it keeps; one that is embedded nobody else may have open. */
  openStore(): Promise<Database>;
  /** The last errors it logged. */
  errors(): Promise<readonly string[]>;
  /** Ends it, and removes all that it had. */
  remove(): Promise<void>;
}

/** Calls that nobody asked for would only be in the way. */
const ARGS = { start: ['start', '--no-scenes'], serve: ['serve'] };
/** What each role prints when its API answers. */
const READY = { start: /^API {8}http/m, serve: /"msg":"started"/ };
const LOOK_EVERY_MS = 10;
/** How such a line of the log begins. */
const ERROR_LEVEL = '{"level":50,';
const ERRORS_TOLD = 5;

export async function mortalProduct({ role, settings = {} }: Life): Promise<MortalProduct> {
  const place = await (role === 'start' ? workplaceInUse() : createWorkplace());
  const postgres = role === 'serve' ? await startPostgres() : undefined;
  const databaseUrl = await postgres?.createDatabase('calls');
  const folder = join(place.folder, 'kill-points');
  const file = (name: string) => join(folder, name);
  const armOf = (userId = 'anybody') => join(folder, 'arms', userId);
  await mkdir(file('arms'), { recursive: true });
  const all = {
    NODE_OPTIONS: `--import=${PROJECT}test/support/kills/register.mjs`,
    KILL_POINTS_FOLDER: folder,
    AUTH_JWT_SECRET: AUTH.secret,
    ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }),
    ...(typeof settings === 'function' ? settings(place) : settings),
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
  const start = async (): Promise<void> => {
    const begun = Date.now();
    running = await place.start(ARGS[role], all);
    await running.until(READY[role]);
    const from = Date.now();
    uptimes.push({ from, until: Number.POSITIVE_INFINITY, startMs: from - begun });
  };
  const diesBefore = async (then: Promise<unknown>): Promise<boolean> => {
    const { runs, ended, stdout, stderr } = product();
    let late = false;
    const note = () => {
      late = true;
    };
    then.then(note, note);
    while (runs() && !late) await sleep(LOOK_EVERY_MS);
    if (runs()) return false;
    noteEnd();
    const { signal } = await ended();
    if (signal === 'SIGKILL') return true;
    throw new Error(`the product ended by itself\n${stdout()}\n${stderr()}`);
  };
  /** It may be killed before it is up, too. */
  const live = async (): Promise<void> => {
    for (;;) {
      const isUp = await start().then(
        () => true,
        () => false,
      );
      if (isUp || !(await diesBefore(Promise.resolve()))) return;
    }
  };

  return {
    place,
    uptimes,
    killServer,
    start,
    diesBefore,
    keepAlive() {
      const stopping = new AbortController();
      const { signal } = stopping;
      const stopped = new Promise((resolve) => signal.addEventListener('abort', resolve));
      const lives = async () => {
        if (running?.runs() !== true) await live();
        while (await diesBefore(stopped)) await live();
      };
      const living = lives();
      living.catch(() => undefined);
      return {
        async stop() {
          stopping.abort();
          await living;
        },
      };
    },
    async arm({ withServer = false, ...arm }) {
      const serverPid = withServer ? (await place.temporalServer())?.pid : undefined;
      const written = file(`arm-${arm.userId}`);
      await writeFile(written, JSON.stringify({ ...arm, serverPid }));
      await rename(written, armOf(arm.userId));
    },
    async disarm(userId) {
      const names = userId === undefined ? await readdir(file('arms')) : [userId];
      for (const name of names) await rm(armOf(name), { force: true });
    },
    async kill() {
      product().signal('SIGKILL');
      await product().ended();
      noteEnd();
    },
    openStore: () =>
      databaseUrl === undefined
        ? openPglite(join(place.dataFolder, 'store'))
        : openPostgres(databaseUrl),
    async remove() {
      await place.remove();
      await postgres?.remove();
    },
    async errors() {
      const file = join(place.dataFolder, 'switchyard.log');
      const log = await readFile(file, 'utf8').catch(() => product().stdout());
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
