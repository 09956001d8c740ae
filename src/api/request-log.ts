import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { type HttpLogger, pinoHttp } from 'pino-http';
import type { AnswerFacts } from './answer.js';

/** Paths that probes and scrapers ask all day. */
const QUIET_PATHS: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics']);
export const REQUEST_ID = 'X-Request-Id';

/** Takes a caller's request id if it is one that can be logged and echoed, else makes one. */
function requestId(given: string | string[] | undefined): string {
  return typeof given === 'string' && /^[\w.:/+=-]{1,128}$/.test(given) ? given : randomUUID();
}

/**
 * Gives every request an id, told to its caller, and one line when it is answered: without headers
 * and bodies. Failures are logged where they occur.
 */
export function requestLog(logger: Logger): HttpLogger {
  return pinoHttp({
    logger,
    genReqId(req, res) {
      const id = requestId(req.headers['x-request-id']);
      res.setHeader(REQUEST_ID, id);
      return id;
    },
    autoLogging: { ignore: (req) => QUIET_PATHS.has(req.url?.split('?')[0] ?? '') },
    wrapSerializers: false,
    serializers: { req: () => undefined },
    quietReqLogger: true,
    quietResLogger: true,
    customAttributeKeys: { reqId: 'request_id', responseTime: 'duration_ms' },
    // Streams end when their reader goes.
    customLogLevel: (_req, res) => (res.writableFinished || isStream(res) ? 'info' : 'warn'),
    customSuccessMessage: (_req, res) =>
      res.writableFinished || isStream(res) ? 'request answered' : 'request aborted by the client',
    customErrorMessage: () => 'request answered',
    customSuccessObject: (req, res, value: { duration_ms: number }) => summary(req, res, value),
    customErrorObject: (req, res, _error, value: { duration_ms: number }) =>
      summary(req, res, value),
  });
}

interface Seen {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly originalUrl?: string | undefined;
}

interface WithFacts {
  readonly locals?: AnswerFacts;
}
const isStream = (res: object): boolean => (res as WithFacts).locals?.isStream === true;

function summary(
  { method, originalUrl, url }: Seen,
  res: { readonly statusCode: number } & WithFacts,
  { duration_ms }: { readonly duration_ms: number },
) {
  const { operationId, code } = res.locals ?? {};
  return {
    method,
    url: originalUrl ?? url,
    status: res.statusCode,
    operation: operationId,
    code,
    duration_ms,
  };
}
