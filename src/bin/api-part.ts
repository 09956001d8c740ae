import type { Logger } from 'pino';
import { createAuthenticate } from '../api/auth/authenticate.js';
import { publicKey, secretKey } from '../api/auth/verification-key.js';
import { createApp } from '../api/create-app.js';
import { listen } from '../api/listen.js';
import type { Config } from '../config.js';
import { createCallEngine } from '../engine/call-engine.js';
import type { EngineConnection } from '../engine/connection.js';
import { watchHealth } from '../engine/health.js';
import type { Placings } from '../engine/placed-here.js';
import type { Admission } from '../ports/admission.js';
import type { DeliveryWaker } from '../ports/webhooks.js';
import { allowAll } from '../providers/permission-hook/allow-all.js';
import { createPermissionHook } from '../providers/permission-hook/permission-hook.js';
import { createTrtcTokens } from '../providers/rtc-tokens/trtc-tokens.js';
import { createCallService } from '../service/call-service.js';
import type { Dependencies } from '../service/dependencies.js';
import { createEventStreams } from '../service/event-streams.js';
import { createHearPush } from '../service/phone/hear-push.js';
import { createPhoneService } from '../service/phone/phone-service.js';
import { createRobotCallService, type RobotCallService } from '../service/robot-call-service.js';
import type { Store } from '../store/open-store.js';
import { callSettings } from './call-settings.js';
import { type PhonePart, phoneNumbers } from './phone-part.js';
import { startSweeper } from './sweeper.js';
import type { TencentPart } from './tencent-part.js';
import { webhookDoors } from './webhook-doors.js';
import { webhookSender, webhookService } from './webhook-part.js';
import type { WorkerPart } from './worker-part.js';

/** Shorter than proxies wait for a sign of life. */
const KEEP_ALIVE_MS = 15_000;
const DAY_MS = 86_400_000;
const SLOW_READER_MS = 10_000;

export interface ApiPart {
  readonly url: string;
  stop(): Promise<void>;
}

export interface ApiParts {
  readonly config: Config;
  readonly engine: EngineConnection;
  readonly store: Store;
  readonly logger: Logger;
  readonly waker: DeliveryWaker;
  readonly tencent?: TencentPart | undefined;
  readonly phone?: PhonePart | undefined;
  /** In the same process, if there is one. */
  readonly worker?: WorkerPart | undefined;
  /** What that worker places. */
  readonly placings?: Placings | undefined;
}

export async function startApi(parts: ApiParts): Promise<ApiPart> {
  const { config, engine, store, logger, waker, tencent, phone, worker, placings } = parts;
  const health = watchHealth(() => engine.connection.workflowService.getSystemInfo({}));
  const deps: Dependencies = {
    engine: createCallEngine(engine.client, { health, ...(placings && { placings }) }),
    reservations: store.reservations,
    records: store.records,
    reader: store.reader,
    history: store.history,
    qualitySamples: store.qualitySamples,
    rtcTokens: rtcTokens(config),
    admission: admission(config, logger),
    settings: { ...callSettings(config), clearsRooms: tencent?.mediaRooms !== undefined },
    directory: store.directory,
    phoneNumbers: phoneNumbers(config),
    phoneReservations: store.phoneReservations,
    now: Date.now,
  };
  const streams = createEventStreams(store.userEvents);
  const sender = webhookSender(config);
  const app = createApp({
    service: createCallService(deps),
    authenticate: createAuthenticate({
      key: verificationKey(config),
      issuer: config.AUTH_ISSUER,
      audience: config.AUTH_AUDIENCE,
    }),
    webhooks: webhookService(store, sender, waker),
    events: { streams, keepAliveMs: KEEP_ALIVE_MS, slowReaderMs: SLOW_READER_MS },
    readiness: async () => ({
      engine: health.ok() ? 'ok' : 'down',
      store: (await store.healthy()) ? 'ok' : 'degraded',
      ...(worker !== undefined && { worker: worker.isRunning() ? 'ok' : 'down' }),
    }),
    ...(worker !== undefined && { webhookLosses: () => worker.webhookLosses() }),
    httpStatus: config.CALLS_HTTP_STATUS,
    rateLimitPerSecond: config.RATE_LIMIT_PER_SECOND,
    logger,
    ...(tencent !== undefined && {
      tencent: facade(tencent, store, createRobotCallService(deps)),
    }),
    ...webhookDoors(parts, health),
    ...(phone !== undefined && {
      phone: {
        service: createPhoneService({
          ...deps,
          ...phone,
        }),
        pushes: phone.pushes,
        hear: createHearPush(deps),
      },
    }),
  });
  const listening = await listen(app, { host: config.HOST, port: config.PORT });
  const sweeper = startSweeper(
    {
      ...deps,
      deliveries: store.webhookDeliveries,
      waker,
      retention: store.retention,
      keepMs: config.EVENT_RETENTION_DAYS * DAY_MS,
    },
    logger,
  );
  return {
    url: listening.url,
    async stop() {
      // Devices go on elsewhere, or here after the restart; a drain does not wait for them.
      await streams.close();
      await listening.close(config.SHUTDOWN_GRACE_SECONDS * 1_000);
      await sweeper.stop();
      await sender.close();
      health.stop();
    },
  };
}

const facade = (
  { gate, appId, callbacks }: TencentPart,
  store: Store,
  service: RobotCallService,
) => ({
  service,
  gate,
  appId,
  history: store.robotCallHistory,
  ...(callbacks !== undefined && { callbackTargets: store.callbackTargets }),
});

function verificationKey({ AUTH_JWT_SECRET, AUTH_JWT_PUBLIC_KEY }: Config) {
  if (AUTH_JWT_PUBLIC_KEY !== undefined) return publicKey(AUTH_JWT_PUBLIC_KEY);
  if (AUTH_JWT_SECRET !== undefined) return secretKey(AUTH_JWT_SECRET);
  throw new Error('AUTH_JWT_SECRET or AUTH_JWT_PUBLIC_KEY: needed to verify tokens');
}

function rtcTokens(config: Config) {
  if (config.TRTC_SDK_APP_ID === undefined || config.TRTC_SECRET_KEY === undefined) {
    throw new Error('TRTC_SDK_APP_ID, TRTC_SECRET_KEY: needed to mint RTC tokens');
  }
  return createTrtcTokens({
    sdkAppId: config.TRTC_SDK_APP_ID,
    secretKey: config.TRTC_SECRET_KEY,
    ttlSeconds: config.TRTC_TOKEN_TTL_SECONDS,
    privateMapKey: config.TRTC_PRIVATE_MAP_KEY,
  });
}

function admission(config: Config, logger: Logger): Admission {
  const { PERMISSION_HOOK_URL: url, PERMISSION_HOOK_SECRET: secret } = config;
  if (url === undefined || secret === undefined) return allowAll;
  const onFault = (fault: object) => logger.warn(fault, 'permission hook gave no answer');
  return createPermissionHook({ url, secret, onFault });
}
