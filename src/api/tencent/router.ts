import { type ErrorRequestHandler, type RequestHandler, Router } from 'express';
import { StoreUnavailable } from '../../ports/reservations.js';
import { CallError } from '../../service/call-error.js';
import { factsOf } from '../answer.js';
import { COMMANDS, type Command, type Facade } from './commands.js';
import { configCommands } from './config-commands.js';
import { FACADE_CODES, REPEAT, sendFail, TencentFailure } from './envelope.js';
import { passOn } from './pass-on.js';
import { queryOf, takeBody } from './read-command.js';
import { RECORD_COMMANDS, recordRoute } from './record-commands.js';

/**
 * Tencent's Call REST API for calls of ours: the same paths, query, bodies and envelope. What we do
 * not answer ourselves goes to Tencent unchanged.
 */
export function tencentRouter(facade: Facade): Router {
  const router = Router({ caseSensitive: true });
  const commands = (service: string, named: Readonly<Record<string, Command>>) => {
    for (const [name, command] of Object.entries(named)) {
      router.post(`/v4/${service}/${name}`, called(name), takeBody, ours(facade, command));
    }
  };
  commands('call_engine_http_srv', COMMANDS);
  const { callbackTargets, appId } = facade;
  if (callbackTargets) commands('call_config', configCommands(callbackTargets, appId));
  for (const [name, own] of Object.entries(RECORD_COMMANDS)) {
    router.post(
      `/v4/call_record_http_srv/${name}`,
      takeBody,
      called(name),
      recordRoute(facade, own),
    );
  }
  router.use('/v4', passOn(facade), failures);
  return router;
}

const called =
  (name: string): RequestHandler =>
  (_req, res, next) => {
    factsOf(res).operationId = `tencent:${name}`;
    next();
  };

const ours =
  (facade: Facade, command: Command): RequestHandler =>
  async (req, res, next) => {
    const fault = facade.gate.refuse(queryOf(req));
    if (fault !== undefined) throw new TencentFailure(fault.code, fault.info);
    if ((await command(facade, req, res)) === 'not-ours') next();
  };

const failures: ErrorRequestHandler = (error: unknown, req, res, next) => {
  if (res.headersSent) {
    next(error);
    return;
  }
  const known = error instanceof TencentFailure ? error : complaintAbout(error);
  if (known !== undefined) {
    sendFail(res, known);
    return;
  }
  const isAway = error instanceof StoreUnavailable || error instanceof CallError;
  if (isAway) req.log.warn({ err: error }, 'store or engine unavailable');
  else req.log.error({ err: error }, 'unexpected error');
  const isStart = factsOf(res).operationId === 'tencent:start_call_by_robot';
  sendFail(res, isStart ? failedStart(error) : TRY_AGAIN);
};

const TRY_AGAIN = new TencentFailure(FACADE_CODES.tryAgain, 'internal error, please retry');

/**
 * The store is asked before anybody else. Whether a start that failed in any other way has rung
 * somebody cannot be told from here.
 */
const failedStart = (error: unknown): TencentFailure =>
  error instanceof StoreUnavailable
    ? new TencentFailure(FACADE_CODES.away, `nothing was sent, ${REPEAT}`)
    : new TencentFailure(FACADE_CODES.unknown, `internal error, ${REPEAT}`);

/** What the body reader finds wrong it marks by a 4xx status. */
function complaintAbout(error: unknown): TencentFailure | undefined {
  if (!(error instanceof Error) || !('status' in error)) return undefined;
  const status = Number(error.status);
  if (status < 400 || status >= 500) return undefined;
  return status === 413
    ? new TencentFailure(FACADE_CODES.invalid, 'request body is longer than 64 kB')
    : new TencentFailure(FACADE_CODES.brokenJson, 'request body cannot be read');
}
