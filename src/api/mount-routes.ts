import { type Request, type RequestHandler, type Response, Router } from 'express';
import {
  type BodyOf,
  isWebhookRoute,
  type ParamsOf,
  type QueryOf,
  ROUTES,
  type Route,
  type RouteName,
  type StreamName,
} from '../contract/routes.js';
import type { CallService } from '../service/call-service.js';
import type { WebhookService } from '../service/webhook-service.js';
import { factsOf, sendData } from './answer.js';
import type { Answer, ApiCall } from './api-call.js';
import type { Identify, Identity } from './auth/identify.js';
import { type EventStreamSettings, streamEvents } from './event-stream.js';
import { HANDLERS } from './handlers.js';
import { MethodNotAllowed } from './http-errors.js';
import { parseBody, takeBody } from './read-body.js';
import { validate } from './validate.js';
import { WEBHOOK_HANDLERS } from './webhook-handlers.js';

export interface RouteDependencies {
  readonly service: CallService;
  readonly webhooks: WebhookService;
  readonly identify: Identify;
  readonly events: EventStreamSettings;
}

const isStream = (name: RouteName): name is StreamName => {
  const { stream }: Route = ROUTES[name];
  return stream === true;
};

/** Mounts the route table in its order, so that a fixed path wins over a parameter. */
export function mountRoutes(deps: RouteDependencies): Router {
  const router = Router({ caseSensitive: true });
  for (const [path, names] of routesByPath()) {
    const mounted = router.route(path.replaceAll(/\{(\w+)\}/g, ':$1'));
    for (const name of names) mounted[ROUTES[name].method](...handle(name, deps));
    const methods = names.map((name) => ROUTES[name].method.toUpperCase());
    mounted.all(() => {
      throw new MethodNotAllowed(methods);
    });
  }
  return router;
}

function routesByPath(): ReadonlyMap<string, readonly RouteName[]> {
  const byPath = new Map<string, RouteName[]>();
  for (const name of Object.keys(ROUTES) as RouteName[]) {
    const { path } = ROUTES[name];
    byPath.set(path, [...(byPath.get(path) ?? []), name]);
  }
  return byPath;
}

function handle(name: RouteName, deps: RouteDependencies): RequestHandler[] {
  const identify: RequestHandler = async (req, res, next) => {
    factsOf(res).operationId = ROUTES[name].operationId;
    res.locals.identity = await deps.identify(req, name);
    next();
  };
  if (isStream(name)) {
    return [identify, (req, res) => streamEvents(deps.events, readCall(name, req, res), res)];
  }
  const { body }: Route = ROUTES[name];
  const run: RequestHandler = async (req, res) => {
    const { data, headers } = await answer(name, req, res, deps);
    if (headers !== undefined) res.set(headers);
    sendData(res, data as object);
  };
  return body === undefined ? [identify, run] : [identify, takeBody, run];
}

function answer(
  name: Exclude<RouteName, StreamName>,
  req: Request,
  res: Response,
  { service, webhooks }: RouteDependencies,
): Promise<Answer<RouteName>> {
  if (isWebhookRoute(name)) {
    const handler = WEBHOOK_HANDLERS[name] as Handler<WebhookService>;
    return handler(webhooks, readCall(name, req, res));
  }
  const handler = HANDLERS[name] as Handler<CallService>;
  return handler(service, readCall(name, req, res));
}

/** What a route takes and gives is held together by the types of the tables. */
type Handler<S> = (service: S, call: ApiCall<never>) => Promise<Answer<RouteName>>;

/** What the schemas of the route made of a request; the types say the same per route. */
function readCall<N extends RouteName>(name: N, req: Request, res: Response): ApiCall<N> {
  const { params, query, body }: Route = ROUTES[name];
  const given: Readonly<Record<string, unknown>> | undefined =
    params && validate(params, req.params);
  const { userId, until } = res.locals.identity as Identity;
  return {
    until,
    userId: userId as ApiCall<N>['userId'],
    params: given as ParamsOf<N>,
    callId: Number(given?.callId ?? 0),
    query: (query === undefined ? undefined : validate(query, req.query)) as QueryOf<N>,
    body: (body === undefined ? undefined : validate(body, parseBody(req))) as BodyOf<N>,
    header: (header) => req.get(header),
  };
}
