import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configSchema } from '../../src/config.js';
import { endProcess, type KnownProcess } from '../../src/engine/embedded/end-process.js';
import { leftoverServer } from '../../src/engine/embedded/server-record.js';
import { builtProduct } from './built-product.js';
import { spareFirstStart } from './embedded-store.js';
import { freePort } from './free-port.js';
import { type Ended, type RunningProgram, runProgram } from './running-program.js';

export interface Finished extends Ended {
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder of a user who has the built product, and ports that nobody else uses. */
export interface Workplace {
  readonly folder: string;
  /** What the product keeps between its runs. */
  readonly dataFolder: string;
  readonly apiUrl: string;
  readonly uiUrl: string;
  readonly temporalAddress: string;
  /** Of the product: its settings, and nothing that the tests themselves were started with. */
  readonly env: NodeJS.ProcessEnv;
  start(args: readonly string[], settings?: Settings): Promise<RunningProgram>;
  /** Runs the product to its end. */
  run(args: readonly string[], settings?: Settings): Promise<Finished>;
  /** The embedded Temporal server, if it runs. */
  temporalServer(): Promise<KnownProcess | undefined>;
  /** Ends whatever was started here and removes the folder. */
  remove(): Promise<void>;
}

type Settings = Readonly<Record<string, string>>;

const API_LINE = /^API {8}http/m;
const LAST_LINE = /^Ctrl-C stops everything\.$/m;
const NOT_THE_USERS = /^(NODE_ENV|NODE_OPTIONS|VITEST.*|TEST|DEV|PROD|MODE|SSR|BASE_URL|npm_.*)$/;

const isTheUsers = (name: string): boolean =>
  name === 'TEMPORAL_CLI' ||
  !(name in configSchema.shape || name.startsWith('TEMPORAL_') || NOT_THE_USERS.test(name));

const usersEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => isTheUsers(name)));

export async function createWorkplace(): Promise<Workplace> {
  const program = await builtProduct();
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-e2e-'));
  const dataFolder = join(folder, '.switchyard');
  const [port, temporal, ui] = [await freePort(), await freePort(), await freePort()];
  const env = {
    ...usersEnvironment(),
    PORT: String(port),
    TEMPORAL_EMBEDDED_PORT: String(temporal),
    TEMPORAL_EMBEDDED_UI_PORT: String(ui),
  };
  const started: RunningProgram[] = [];
  const start: Workplace['start'] = async (args, settings) => {
    const options = { cwd: folder, env: { ...env, ...settings } };
    const running = await runProgram([process.execPath, program, ...args], options);
    started.push(running);
    return running;
  };
  const temporalServer = () => leftoverServer(join(dataFolder, 'temporal.pid'));
  return {
    folder,
    dataFolder,
    apiUrl: `http://127.0.0.1:${port}`,
    uiUrl: `http://127.0.0.1:${ui}`,
    temporalAddress: `127.0.0.1:${temporal}`,
    env,
    start,
    async run(args, settings) {
      const running = await start(args, settings);
      const ended = await running.ended();
      return { ...ended, stdout: running.stdout(), stderr: running.stderr() };
    },
    temporalServer,
    async remove() {
      for (const running of started) await running.destroy();
      const server = await temporalServer();
      if (server !== undefined) await endProcess(server, 1_000);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** One where the product ran before, which spares it to make its store. */
export async function workplaceInUse(): Promise<Workplace> {
  const place = await createWorkplace();
  await spareFirstStart(place.dataFolder);
  return place;
}

/** `switchyard start`, until its last line says that it waits for Ctrl-C. */
export async function startEverything(
  place: Workplace,
  settings?: Settings,
): Promise<RunningProgram> {
  const product = await place.start(['start'], settings);
  await product.until(LAST_LINE);
  return product;
}

/** `switchyard start` without its calls, until its API answers. */
export async function startServing(place: Workplace, settings?: Settings): Promise<RunningProgram> {
  const product = await place.start(['start', '--no-scenes'], settings);
  await product.until(API_LINE);
  return product;
}
