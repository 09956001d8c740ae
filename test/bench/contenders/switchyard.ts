import { freePort } from '../../support/free-port.js';
import type { RunningProgram } from '../../support/running-program.js';
import { AUTH } from '../../support/tokens.js';
import { createWorkplace, type Workplace } from '../../support/workplace.js';
import { COLLECTS_GARBAGE, startProgram } from '../programs/load-program.js';
import { namespaceOn, type Stage } from '../stage.js';
import { serverParts } from './bare.js';
import type { Contender, Killable } from './contender.js';

export type Store = 'PostgreSQL' | 'PGlite';
type Role = 'serve' | 'api' | 'worker';

export const SERVE = 'Switchyard, one process';
export const SPLIT = 'Switchyard, api and worker';
export const SERVE_PGLITE = 'Switchyard, one process, PGlite';

let lastDatabase = 0;

/** The built product at work: processes of it in a folder, and how to start another one. */
interface Product {
  readonly place: Workplace;
  readonly namespace: string;
  launch(role: Role): Promise<{ readonly running: RunningProgram; readonly url: string }>;
}

export async function product(
  stage: Stage,
  store: Store,
  address: string,
  own: Readonly<Record<string, string>> = {},
): Promise<Product> {
  const [place, namespace] = await Promise.all([createWorkplace(), namespaceOn(address)]);
  lastDatabase += 1;
  const settings = {
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: namespace,
    AUTH_JWT_SECRET: AUTH.secret,
    TRTC_SDK_APP_ID: '1400000001',
    TRTC_SECRET_KEY: 'a key for tests',
    RATE_LIMIT_PER_SECOND: '100000',
    ...own,
    NODE_OPTIONS: `--import=${COLLECTS_GARBAGE}`,
    ...(store === 'PostgreSQL' && {
      DATABASE_URL: await stage.postgres.createDatabase(`calls_${lastDatabase}`),
    }),
  };
  return {
    place,
    namespace,
    async launch(role) {
      const port = await freePort();
      const running = await place.start([role], { ...settings, PORT: String(port) });
      await running.until(/"msg":"started"/);
      return { running, url: `http://127.0.0.1:${port}` };
    },
  };
}

const callWorkflow = (namespace: string): Contender['temporal'] => ({
  namespace,
  workflowId: (id) => `call-${id}`,
});

export const storeParts = (stage: Stage, store: Store): Contender['parts'] =>
  store === 'PostgreSQL' ? { PostgreSQL: stage.postgresPid } : {};

export async function serve(
  stage: Stage,
  store: Store,
  server = stage.temporal,
): Promise<Contender> {
  const { place, namespace, launch } = await product(stage, store, server.address);
  const { running, url } = await launch('serve');
  const load = await startProgram('http.ts', { url });
  return {
    name: store === 'PGlite' ? SERVE_PGLITE : SERVE,
    load,
    parts: { serve: running.pid, ...serverParts(stage, server), ...storeParts(stage, store) },
    holders: [running.pid],
    temporal: callWorkflow(namespace),
    async stop() {
      await load.end();
      await place.remove();
    },
  } as Contender;
}

export async function split(stage: Stage): Promise<Killable> {
  const { place, namespace, launch } = await product(stage, 'PostgreSQL', stage.temporal.address);
  const api = await launch('api');
  let worker = await launch('worker');
  const load = await startProgram('http.ts', { url: api.url });
  const parts = {
    api: api.running.pid,
    worker: worker.running.pid,
    ...serverParts(stage, stage.temporal),
    ...storeParts(stage, 'PostgreSQL'),
  };
  return {
    contender: {
      name: SPLIT,
      load,
      parts,
      holders: [api.running.pid, worker.running.pid],
      temporal: callWorkflow(namespace),
      async stop() {
        await load.end();
        await place.remove();
      },
    } as Contender,
    freezeWorker: () => worker.running.signal('SIGSTOP'),
    killWorker: () => worker.running.destroy(),
    async startWorker() {
      worker = await launch('worker');
    },
  };
}
