import { type Authenticate, createAuthenticate } from '../../src/api/auth/authenticate.js';
import { secretKey } from '../../src/api/auth/verification-key.js';
import { type AppSettings, createApp } from '../../src/api/create-app.js';
import { type Listening, listen } from '../../src/api/listen.js';
import { createLogger } from '../../src/observability/logger.js';
import { type CallService, createCallService } from '../../src/service/call-service.js';
import type { Dependencies } from '../../src/service/dependencies.js';
import { openStore, type Store } from '../../src/store/open-store.js';
import { createEngineInMemory, type EngineInMemory } from './engine-in-memory.js';
import { AUTH } from './tokens.js';

export interface TestApi extends Listening {
  readonly engine: EngineInMemory;
  readonly store: Store;
  readonly service: CallService;
  /** Every log line written so far, as text. */
  log(): string;
  stop(): Promise<void>;
}

export interface TestApiOptions {
  readonly app?: Partial<AppSettings>;
  readonly deps?: Partial<Dependencies>;
}

export const authenticateForTests = (): Authenticate =>
  createAuthenticate({ key: secretKey(AUTH.secret), ...AUTH });

/** The API on a free port, over the embedded store in memory and an engine in memory. */
export async function startTestApi({ app, deps }: TestApiOptions = {}): Promise<TestApi> {
  const store = await openStore({
    directory: 'memory://',
    onError(error) {
      throw error;
    },
  });
  const now = () => Date.now();
  const engine = createEngineInMemory({ records: store.records, now });
  const service = createCallService({ ...dependencies(store, engine, now), ...deps });
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const listening = await listen(
    createApp({
      service,
      authenticate: authenticateForTests(),
      readiness: async () => ({ store: await store.healthy() }),
      httpStatus: 'fit',
      rateLimitPerSecond: 100_000,
      logger: createLogger({ level: 'info', destination }),
      ...app,
    }),
    { host: '127.0.0.1', port: 0 },
  );
  return {
    ...listening,
    engine,
    store,
    service,
    log: () => lines.join(''),
    async stop() {
      await listening.close(1_000);
      await store.close();
    },
  };
}

const dependencies = (
  { reservations, records, reader, qualitySamples }: Store,
  engine: EngineInMemory,
  now: () => number,
): Dependencies => ({
  engine,
  reservations,
  records,
  reader,
  qualitySamples,
  rtcTokens: {
    appId: '1400000001',
    mint: async ({ userId, room }) => ({
      token: `rtc-${userId}-${room}`,
      expiresAt: now() + 86_400_000,
    }),
  },
  admission: { ask: async () => 'allowed' },
  settings: {
    ringTimeoutMs: 30_000,
    limits: { maxDurationMs: 14_400_000, allLeftGraceMs: 30_000 },
  },
  now,
});
