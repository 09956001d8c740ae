import { freePort } from './free-port.js';
import { type PostgresServer, startPostgres } from './postgres.js';
import type { Ended, RunningProgram } from './running-program.js';
import { temporalServer } from './temporal-server.js';
import { AUTH } from './tokens.js';
import { createWorkplace } from './workplace.js';

type Role = 'serve' | 'api' | 'worker';

/** One process of the built product, which comes back on its port when it is started again. */
export interface Member {
  readonly role: Role;
  readonly url: string;
  start(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGTERM, and how it ended. */
  stop(): Promise<Ended & { readonly stderr: string }>;
}

/** A Temporal server and a PostgreSQL, and the processes that share them. */
export interface Cluster {
  readonly temporalAddress: string;
  readonly databaseUrl: string;
  readonly postgres: PostgresServer;
  /** Starts a process; it is gone when the cluster is removed. `settings` go before the usual. */
  member(role: Role, settings?: Readonly<Record<string, string>>): Promise<Member>;
  remove(): Promise<void>;
}

export async function startCluster(): Promise<Cluster> {
  const [temporal, postgres, place] = await Promise.all([
    temporalServer(),
    startPostgres(),
    createWorkplace(),
  ]);
  const databaseUrl = await postgres.createDatabase('calls');
  const settings = {
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: temporal.address,
    AUTH_JWT_SECRET: AUTH.secret,
    TRTC_SDK_APP_ID: '1400000001',
    TRTC_SECRET_KEY: 'a key for tests',
    // One backend reads every call when they are compared.
    RATE_LIMIT_PER_SECOND: '1000',
  };
  return {
    temporalAddress: temporal.address,
    databaseUrl,
    postgres,
    async member(role, own) {
      const port = String(await freePort());
      const launch = () => place.start([role], { ...settings, ...own, PORT: port });
      const member = memberOf(role, `http://127.0.0.1:${port}`, launch);
      await member.start();
      return member;
    },
    async remove() {
      await place.remove();
      await postgres.remove();
      await temporal.stop();
    },
  };
}

function memberOf(role: Role, url: string, launch: () => Promise<RunningProgram>): Member {
  let running: RunningProgram | undefined;
  return {
    role,
    url,
    async start() {
      running = await launch();
      await running.until(/"msg":"started"/);
    },
    async kill() {
      running?.signal('SIGKILL');
      await running?.ended();
    },
    async stop() {
      if (running === undefined) throw new Error(`${role} was not started`);
      running.signal('SIGTERM');
      return { ...(await running.ended()), stderr: running.stderr() };
    },
  };
}
