import { randomBytes } from 'node:crypto';
import { type Authenticate, createAuthenticate } from '../../src/api/auth/authenticate.js';
import { secretKey } from '../../src/api/auth/verification-key.js';
import { type AppSettings, createApp } from '../../src/api/create-app.js';
import { type Listening, listen } from '../../src/api/listen.js';
import { createKeyring } from '../../src/keys/keyring.js';
import { createLogger } from '../../src/observability/logger.js';
import type { TencentGate } from '../../src/ports/tencent-gate.js';
import type { DeliveryQueue } from '../../src/ports/webhooks.js';
import { createPhoneNumbers } from '../../src/providers/phone-numbers/phone-numbers.js';
import { createWebhookSender } from '../../src/providers/webhooks/webhook-sender.js';
import { type CallService, createCallService } from '../../src/service/call-service.js';
import type { Dependencies } from '../../src/service/dependencies.js';
import { createEventStreams } from '../../src/service/event-streams.js';
import {
  createRobotCallService,
  type RobotCallService,
} from '../../src/service/robot-call-service.js';
import { createWebhookService } from '../../src/service/webhook-service.js';
import { openStore, type Store } from '../../src/store/open-store.js';
import { emptyStore } from './embedded-store.js';
import { createEngineInMemory, type EngineInMemory } from './engine-in-memory.js';
import { AUTH } from './tokens.js';

interface Backing {
  readonly engine: EngineInMemory;
  readonly store: Store;
}

export interface TestApi extends Listening, Backing {
  readonly service: CallService;
  readonly robotCalls: RobotCallService;
  /** What was handed over to be delivered by requests of this API. */
  readonly woken: readonly DeliveryQueue[];
  /** Every log line written so far, as text. */
  log(): string;
  /** Another app over the same store and engine; this one stops with it. */
  alongside(options: TestApiOptions): Promise<TestApi>;
  stop(): Promise<void>;
}

export interface TestApiOptions {
  readonly app?: Partial<AppSettings>;
  readonly deps?: Partial<Dependencies>;
  /** Answers Tencent's API through this gate. */
  readonly gate?: TencentGate;
  /** Callbacks come to us, and a backend may say where they go. */
  readonly carriesCallbacks?: boolean;
  /** Answers the phone API by what is made of these. */
  readonly phone?: (deps: Dependencies) => AppSettings['phone'] & {};
}

const now = (): number => Date.now();

export const authenticateForTests = (): Authenticate =>
  createAuthenticate({ key: secretKey(AUTH.secret), ...AUTH });

/** The API on a free port, over the embedded store and an engine in memory. */
export async function startTestApi(options: TestApiOptions = {}): Promise<TestApi> {
  const { folder, remove } = await emptyStore();
  const store = await openStore({
    directory: folder,
    keyring: createKeyring([]),
    onError(error) {
      throw error;
    },
  });
  const engine = createEngineInMemory({ records: store.records, now });
  const api = await startOver({ store, engine }, options);
  return {
    ...api,
    async stop() {
      await api.stop();
      await store.close();
      await remove();
    },
  };
}

async function startOver(backing: Backing, options: TestApiOptions): Promise<TestApi> {
  const { app, gate, phone } = options;
  const deps = { ...dependencies(backing), ...options.deps };
  const service = createCallService(deps);
  const robotCalls = createRobotCallService(deps);
  const streams = createEventStreams(backing.store.userEvents);
  const woken: DeliveryQueue[] = [];
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const settings: AppSettings = {
    service,
    authenticate: authenticateForTests(),
    webhooks: createWebhookService({
      endpoints: backing.store.webhookEndpoints,
      deliveries: backing.store.webhookDeliveries,
      sender: createWebhookSender({ allowedNetworks: ['127.0.0.0/8'], answerWithinMs: 1_000 }),
      waker: { wake: async (queue) => void woken.push(queue) },
      newId: () => randomBytes(12).toString('hex'),
      newSecret: () => `whsec_${randomBytes(32).toString('base64')}`,
      now,
    }),
    events: { streams, keepAliveMs: 15_000, slowReaderMs: 10_000 },
    readiness: async () => ({ store: (await backing.store.healthy()) ? 'ok' : 'degraded' }),
    httpStatus: 'fit',
    rateLimitPerSecond: 100_000,
    logger: createLogger({ level: 'info', destination }),
    ...(gate !== undefined && {
      tencent: {
        service: robotCalls,
        gate,
        appId: '88888888',
        history: backing.store.robotCallHistory,
        ...(options.carriesCallbacks && { callbackTargets: backing.store.callbackTargets }),
      },
    }),
    ...(phone !== undefined && { phone: phone(deps) }),
    ...app,
  };
  const listening = await listen(createApp(settings), { host: '127.0.0.1', port: 0 });
  const others: TestApi[] = [];
  return {
    ...listening,
    ...backing,
    service,
    robotCalls,
    woken,
    log: () => lines.join(''),
    async alongside(options) {
      const other = await startOver(backing, options);
      others.push(other);
      return other;
    },
    async stop() {
      await streams.close();
      await Promise.all([listening.close(1_000), ...others.map((other) => other.stop())]);
    },
  };
}

const dependencies = ({ store, engine }: Backing): Dependencies => ({
  engine,
  reservations: store.reservations,
  records: store.records,
  reader: store.reader,
  history: store.history,
  qualitySamples: store.qualitySamples,
  rtcTokens: {
    appId: '1400000001',
    mint: async ({ userId, room }) => ({
      token: `rtc-${userId}-${room}`,
      expiresAt: now() + 86_400_000,
    }),
  },
  admission: { ask: async () => 'allowed' },
  directory: store.directory,
  phoneNumbers: createPhoneNumbers('CN'),
  phoneReservations: store.phoneReservations,
  settings: {
    ringTimeoutMs: 30_000,
    limits: { maxDurationMs: 14_400_000, allLeftGraceMs: 30_000 },
  },
  now,
});
