import { type ErrorRequestHandler, type RequestHandler, Router } from 'express';
import { StoreUnavailable } from '../../ports/reservations.js';
import { factsOf } from '../answer.js';
import { COMMANDS, type Facade } from './commands.js';
import { FACADE_CODES, sendFail, TencentFailure } from './envelope.js';
import { bytesOf, queryOf, takeBody } from './read-command.js';

const ENGINE = '/v4/call_engine_http_srv';

/**
 * Tencent's Call REST API for calls of ours: the same paths, query, bodies and envelope. What we do
 * not answer ourselves goes to Tencent unchanged.
 */
export function tencentRouter(facade: Facade): Router {
  const router = Router({ caseSensitive: true });
  router.use('/v4', takeBody);
  for (const [name, command] of Object.entries(COMMANDS)) {
    router.post(`${ENGINE}/${name}`, async (req, res, next) => {
      factsOf(res).operationId = `tencent:${name}`;
      const fault = facade.gate.refuse(queryOf(req));
      if (fault !== undefined) throw new TencentFailure(fault.code, fault.info);
      if ((await command(facade, req, res)) === 'not-ours') next();
    });
  }
  router.use('/v4', passOn(facade), failures);
  return router;
}

const passOn =
  ({ gate }: Facade): RequestHandler =>
  async (req, res) => {
    factsOf(res).operationId ??= 'tencent:passed-on';
    if (gate.passOn === undefined) {
      throw new TencentFailure(
        FACADE_CODES.noSuchCommand,
        'unknown command, or call of nobody here',
      );
    }
    const answer = await gate.passOn({
      method: req.method,
      path: req.originalUrl,
      contentType: req.get('Content-Type'),
      body: bytesOf(req),
    });
    if (answer === undefined) {
      throw new TencentFailure(FACADE_CODES.away, 'no answer from Tencent');
    }
    res.status(answer.status).set('Content-Type', answer.contentType).send(answer.body);
  };

/** Whether a start that failed in an unforeseen way has rung somebody cannot be told from here. */
const failures: ErrorRequestHandler = (error: unknown, req, res, next) => {
  if (res.headersSent) {
    next(error);
    return;
  }
  if (error instanceof TencentFailure) {
    sendFail(res, error);
    return;
  }
  if (error instanceof Error && 'status' in error && error.status === 413) {
    sendFail(res, new TencentFailure(FACADE_CODES.brokenJson, 'request body is too long'));
    return;
  }
  const isStart = factsOf(res).operationId === 'tencent:start_call_by_robot';
  if (error instanceof StoreUnavailable) {
    req.log.warn({ err: error }, 'store unavailable');
    const code = isStart ? FACADE_CODES.away : FACADE_CODES.tryAgain;
    sendFail(res, new TencentFailure(code, 'store unavailable, please retry later'));
    return;
  }
  req.log.error({ err: error }, 'unexpected error');
  const code = isStart ? FACADE_CODES.unknown : FACADE_CODES.tryAgain;
  sendFail(res, new TencentFailure(code, 'internal error'));
};
