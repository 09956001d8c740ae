import {
  type ErrorRequestHandler,
  type NextFunction,
  type Request,
  type Response,
  Router,
} from 'express';
import { readLong } from '../../contract/long.js';
import { StoreUnavailable } from '../../ports/reservations.js';
import { CallError } from '../../service/call-error.js';
import type { PhoneCallStarted } from '../../service/phone/call-phone.js';
import type { PhoneService } from '../../service/phone/phone-service.js';
import { factsOf } from '../answer.js';
import type { Authenticate } from '../auth/authenticate.js';
import type { RateLimit } from '../rate-limit.js';
import { FAILURE_OF, sendPhoneData, sendPhoneFailure, WHEN_LIMITED } from './answers.js';

export interface PhoneFacade {
  readonly service: PhoneService;
  readonly authenticate: Authenticate;
  readonly limit: RateLimit;
}

type Answer = (facade: PhoneFacade, userId: string, req: Request, res: Response) => Promise<void>;

interface PhoneRoute {
  readonly operation: keyof typeof WHEN_LIMITED;
  readonly path: string;
  readonly answer: Answer;
}

/** A browser that only thinks of following a link must ring nobody. */
const isPrefetch = (req: Request): boolean =>
  ['Purpose', 'Sec-Purpose', 'X-Purpose', 'X-Moz'].some((name) =>
    /prefetch|preview|prerender/i.test(req.get(name) ?? ''),
  );

const call: Answer = async ({ service }, userId, req, res) => {
  const target = readLong(String(req.params.targetId));
  if (target === undefined) return refuse(service, res, { kind: 'refused', why: 'bad_target' });
  return place(service, req, res, () => service.call(userId, target));
};

const callService: Answer = ({ service }, userId, req, res) =>
  place(service, req, res, () => service.callHotline(userId));

const callCancel: Answer = async ({ service }, userId, req, res) => {
  if (isPrefetch(req)) return sendPhoneFailure(res, { failure: 'cancel', word: 'prefetch' });
  switch (await service.cancel(userId, String(req.params.callSid))) {
    case 'cancelled':
      return sendPhoneData(res, { isSuccess: 'success' });
    case 'failed':
      return sendPhoneFailure(res, { failure: 'cancel', word: 'not_cancelled' });
    case 'not-yours':
      return sendPhoneFailure(res, { failure: 'user', word: 'not_yours' });
  }
};

const callState: Answer = async ({ service }, userId, req, res) => {
  const stateType = await service.stage(userId, String(req.params.callSid));
  if (stateType === 'not-yours') {
    return sendPhoneFailure(res, { failure: 'user', word: 'not_yours' });
  }
  return sendPhoneData(res, { stateType });
};

const ROUTES: readonly PhoneRoute[] = [
  { operation: 'call', path: '/v1/app/call/:targetId', answer: call },
  { operation: 'callService', path: '/v1/app/callService', answer: callService },
  { operation: 'callCancel', path: '/v1/app/callCancel/:callSid', answer: callCancel },
  { operation: 'callState', path: '/v1/app/callState/:callSid', answer: callState },
];

/** The documented phone API: GET, the token in the query, and HTTP 200 whatever comes of it. */
export function phoneRouter(facade: PhoneFacade): Router {
  const router = Router({ caseSensitive: true });
  router.use('/v1/app', asWritten);
  for (const { operation, path, answer } of ROUTES) {
    const route = router.route(path);
    // Express would answer HEAD with what GET does.
    route.head(notAllowed);
    route.get(async (req, res) => {
      factsOf(res).operationId = `phone:${operation}`;
      const userId = await userOf(facade, req);
      const isLimited = await asksTooOften(facade, req, userId);
      if (userId === undefined || isLimited) {
        const failure = userId === undefined ? 'user' : WHEN_LIMITED[operation];
        return sendPhoneFailure(res, {
          failure,
          word: isLimited ? 'too_many_requests' : 'no_user',
        });
      }
      return answer(facade, userId, req, res);
    });
    route.all(notAllowed);
  }
  router.use('/v1/app', failures);
  return router;
}

/** A path that cannot be decoded is taken as it is written: it names no user, and no call. */
function asWritten(req: Request, _res: Response, next: NextFunction): void {
  const [path = '', ...query] = req.url.split('?');
  try {
    decodeURIComponent(path);
  } catch {
    req.url = [path.replaceAll('%', '%25'), ...query].join('?');
  }
  next();
}

function notAllowed(_req: Request, res: Response): void {
  factsOf(res).code = 'method';
  res.status(405).set({ Allow: 'GET', 'Cache-Control': 'no-store' }).end();
}

async function userOf({ authenticate }: PhoneFacade, req: Request) {
  const { access_token: token } = req.query;
  const known = typeof token === 'string' ? authenticate(`Bearer ${token}`) : undefined;
  const principal = await known?.catch((error: unknown) => {
    if (error instanceof CallError) return undefined;
    throw error;
  });
  return principal?.kind === 'user' ? principal.userId : undefined;
}

/** Whoever cannot authenticate is counted by address. */
async function asksTooOften({ limit }: PhoneFacade, req: Request, userId: string | undefined) {
  try {
    await limit(userId === undefined ? `address:${req.ip ?? ''}` : `user:${userId}`);
    return false;
  } catch (error) {
    if (error instanceof CallError && error.code === 42901) return true;
    throw error;
  }
}

async function place(
  service: PhoneService,
  req: Request,
  res: Response,
  start: () => Promise<PhoneCallStarted>,
): Promise<void> {
  if (isPrefetch(req)) return refuse(service, res, { kind: 'refused', why: 'prefetch' });
  const outcome = await start();
  if (outcome.kind === 'refused') return refuse(service, res, outcome);
  return sendPhoneData(res, { callSid: outcome.callSid });
}

function refuse(
  { hotline }: PhoneService,
  res: Response,
  { why }: Extract<PhoneCallStarted, { kind: 'refused' }>,
): void {
  sendPhoneFailure(res, { failure: FAILURE_OF[why], word: why, hotline });
}

const failures: ErrorRequestHandler = (error: unknown, req, res, next) => {
  if (res.headersSent) {
    next(error);
    return;
  }
  const isAway = error instanceof StoreUnavailable || error instanceof CallError;
  if (isAway) req.log.warn({ err: error }, 'store, engine or hook unavailable');
  else req.log.error({ err: error }, 'unexpected error');
  sendPhoneFailure(res, { failure: 'system', word: isAway ? 'away' : 'bug' });
};
