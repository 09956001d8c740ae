import express, { type Express } from 'express';
import helmet from 'helmet';
import type { Logger } from 'pino';
import type { CallService } from '../service/call-service.js';
import type { PhoneService } from '../service/phone/phone-service.js';
import type { WebhookService } from '../service/webhook-service.js';
import type { HttpStatusMode } from './answer.js';
import type { Authenticate } from './auth/authenticate.js';
import { createIdentify } from './auth/identify.js';
import { docsRoutes } from './docs.js';
import { releaseConnections } from './draining.js';
import { errorHandler } from './error-handler.js';
import type { EventStreamSettings } from './event-stream.js';
import { healthRoutes, type Readiness } from './health.js';
import { unknownRoute } from './http-errors.js';
import { createMetrics, type WebhookLosses } from './metrics.js';
import { mountRoutes } from './mount-routes.js';
import { openApiDocument } from './openapi/document.js';
import { phoneRouter } from './phone/router.js';
import { createRateLimit } from './rate-limit.js';
import { requestLog } from './request-log.js';
import type { Facade } from './tencent/commands.js';
import { tencentRouter } from './tencent/router.js';
import { type PhoneDoor, phoneWebhook } from './webhooks/phone.js';
import { type CallbackDoor, tencentCallWebhook } from './webhooks/tencent-call.js';
import { type RoomDoor, trtcWebhook } from './webhooks/trtc.js';

export interface AppSettings {
  readonly service: CallService;
  readonly authenticate: Authenticate;
  readonly webhooks: WebhookService;
  readonly events: EventStreamSettings;
  readonly readiness: Readiness;
  readonly httpStatus: HttpStatusMode;
  /** Per user and process. */
  readonly rateLimitPerSecond: number;
  readonly logger: Logger;
  /** Where robot calls can be placed. */
  readonly tencent?: Facade;
  /** Where Tencent may send callbacks. */
  readonly callbacks?: CallbackDoor;
  /** Where TRTC may say who is in which room. */
  readonly rooms?: RoomDoor;
  /** Where phone calls can be placed. */
  readonly phone?: PhoneDoor & { readonly service: PhoneService };
  /** Where this process delivers webhooks. */
  readonly webhookLosses?: WebhookLosses;
}

export function createApp(settings: AppSettings): Express {
  const metrics = createMetrics(() => settings.events.streams.size, settings.webhookLosses);
  const { service, authenticate, httpStatus, phone } = settings;
  const limit = createRateLimit(settings.rateLimitPerSecond);
  const identify = createIdentify(authenticate, limit);
  const app = express();
  app.disable('x-powered-by').disable('etag');
  app.use(requestLog(settings.logger), releaseConnections, securityHeaders());
  app.use(healthRoutes(settings.readiness));
  app.get('/metrics', metrics.show);
  app.use(docsRoutes(openApiDocument(httpStatus)));
  app.use(metrics.observe);
  if (settings.tencent !== undefined) app.use(tencentRouter(settings.tencent));
  if (settings.callbacks !== undefined) app.use(tencentCallWebhook(settings.callbacks));
  if (settings.rooms !== undefined) app.use(trtcWebhook(settings.rooms));
  if (phone !== undefined) {
    app.use(phoneRouter({ service: phone.service, authenticate, limit }));
    app.use(phoneWebhook(phone));
  }
  app.use(mountRoutes({ service, webhooks: settings.webhooks, identify, events: settings.events }));
  app.use(() => {
    throw unknownRoute();
  });
  app.use(errorHandler(httpStatus));
  return app;
}

/** Without TLS in front, upgraded asset requests would leave the docs page blank. */
const securityHeaders = () =>
  helmet({ contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } });
