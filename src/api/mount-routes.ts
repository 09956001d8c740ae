import { type Request, type RequestHandler, type Response, Router } from 'express';
import {
  type BodyOf,
  type QueryOf,
  ROUTES,
  type Route,
  type RouteName,
  type StreamName,
} from '../contract/routes.js';
import { callIdParam } from '../contract/schemas.js';
import type { CallService } from '../service/call-service.js';
import { factsOf, sendData } from './answer.js';
import type { ApiCall } from './api-call.js';
import type { Identify, Identity } from './auth/identify.js';
import { type EventStreamSettings, streamEvents } from './event-stream.js';
import { HANDLERS } from './handlers.js';
import { MethodNotAllowed } from './http-errors.js';
import { parseBody, takeBody } from './read-body.js';
import { validate } from './validate.js';

export interface RouteDependencies {
  readonly service: CallService;
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
  const run = answer(name, deps);
  return body === undefined ? [identify, run] : [identify, takeBody, run];
}

function answer<N extends Exclude<RouteName, StreamName>>(
  name: N,
  { service }: RouteDependencies,
): RequestHandler {
  return async (req, res) => {
    const { data, headers } = await HANDLERS[name](service, readCall(name, req, res));
    if (headers !== undefined) res.set(headers);
    sendData(res, data as object);
  };
}

/** What the schemas of the route made of a request; the types say the same per route. */
function readCall<N extends RouteName>(name: N, req: Request, res: Response): ApiCall<N> {
  const { params, query, body }: Route = ROUTES[name];
  const { userId, until } = res.locals.identity as Identity;
  return {
    until,
    userId: userId as ApiCall<N>['userId'],
    callId: params === undefined ? 0 : Number(validate(callIdParam, req.params).callId),
    query: (query === undefined ? undefined : validate(query, req.query)) as QueryOf<N>,
    body: (body === undefined ? undefined : validate(body, parseBody(req))) as BodyOf<N>,
    header: (header) => req.get(header),
  };
}
