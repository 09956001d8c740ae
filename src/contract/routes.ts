import type { z } from 'zod';
import type { ErrorCode } from './codes.js';
import * as events from './event-schemas.js';
import * as history from './history-schemas.js';
import type { Route } from './route.js';
import * as schemas from './schemas.js';
import { USER_ROUTES } from './user-routes.js';
import { WEBHOOK_ROUTES } from './webhook-routes.js';

export type { Route };

/** Codes that every authenticated route can answer with. */
export const COMMON_ERRORS: readonly ErrorCode[] = [40001, 40101, 42901, 50001, 50301];

/** The call-control API, each route once: validation, OpenAPI, client and auth tests read this. */
export const ROUTES = {
  createCall: {
    operationId: 'createCall',
    method: 'post',
    path: '/api/calls/session',
    summary: 'Call another user',
    for: 'user',
    headers: ['Idempotency-Key'],
    body: schemas.createCallBody,
    data: schemas.createdCall,
    errors: [41003, 41008, 41010, 42201, 50401],
  },
  listRinging: {
    operationId: 'listRinging',
    method: 'get',
    path: '/api/calls/ringing',
    summary: 'What rings for me now: a device that just woke asks this',
    for: 'user',
    data: schemas.ringingCalls,
    errors: [],
  },
  listCalls: {
    operationId: 'listCalls',
    method: 'get',
    path: '/api/calls',
    summary: 'List calls, newest first: my own ones, or those a service asks for',
    for: 'anyone',
    query: history.listCallsQuery,
    data: history.callPage,
    errors: [],
  },
  getCall: {
    operationId: 'getCall',
    method: 'get',
    path: '/api/calls/{callId}',
    summary: 'Read a call with its parties',
    for: 'anyone',
    params: schemas.callIdParam,
    data: history.recordedCall,
    errors: [41001, 41010],
  },
  listCallEvents: {
    operationId: 'listCallEvents',
    method: 'get',
    path: '/api/calls/{callId}/events',
    summary: 'What the outside was told of a call, in order',
    for: 'anyone',
    params: schemas.callIdParam,
    query: history.listCallEventsQuery,
    data: history.callEvents,
    errors: [41001, 41010],
  },
  getCallState: {
    operationId: 'getCallState',
    method: 'get',
    path: '/api/calls/{callId}/state',
    summary: 'Read the call state object',
    for: 'anyone',
    params: schemas.callIdParam,
    data: schemas.callStateObject,
    errors: [41001, 41010],
  },
  acceptCall: {
    operationId: 'acceptCall',
    method: 'post',
    path: '/api/calls/{callId}/accept',
    summary: 'Accept a call as its callee: the first terminal wins',
    for: 'user',
    params: schemas.callIdParam,
    body: schemas.terminalBody,
    data: schemas.acceptedCall,
    errors: [41001, 41004, 41006, 41007, 41008, 50401],
  },
  rejectCall: {
    operationId: 'rejectCall',
    method: 'post',
    path: '/api/calls/{callId}/reject',
    summary: 'Reject a call as its callee',
    for: 'user',
    params: schemas.callIdParam,
    body: schemas.reasonBody,
    data: schemas.callStateObject,
    errors: [41001, 41004, 41006, 41008, 50401],
  },
  cancelCall: {
    operationId: 'cancelCall',
    method: 'post',
    path: '/api/calls/{callId}/cancel',
    summary: 'Cancel a call as its caller, before the conversation runs',
    for: 'user',
    params: schemas.callIdParam,
    body: schemas.reasonBody,
    data: schemas.callStateObject,
    errors: [41001, 41005, 41008, 50401],
  },
  hangupCall: {
    operationId: 'hangupCall',
    method: 'post',
    path: '/api/calls/{callId}/hangup',
    summary: 'Hang up as any party',
    for: 'user',
    params: schemas.callIdParam,
    body: schemas.reasonBody,
    data: schemas.callStateObject,
    errors: [41001, 41008, 41010, 50401],
  },
  reportMediaState: {
    operationId: 'reportMediaState',
    method: 'post',
    path: '/api/calls/{callId}/media-state',
    summary: 'Report what a terminal sees of its media',
    for: 'user',
    params: schemas.callIdParam,
    body: schemas.mediaStateBody,
    data: schemas.mediaStateAnswer,
    errors: [41001, 41008, 41010, 50401],
  },
  issueRtcToken: {
    operationId: 'issueRtcToken',
    method: 'post',
    path: '/api/calls/{callId}/rtc-token',
    summary: 'A fresh RTC token for an active party, on this or, by take-over, another terminal',
    for: 'user',
    params: schemas.callIdParam,
    body: schemas.rtcTokenBody,
    data: schemas.rtcTokenAnswer,
    errors: [41001, 41006, 41007, 41008, 41010, 50401],
  },
  ...WEBHOOK_ROUTES,
  ...USER_ROUTES,
  streamEvents: {
    operationId: 'streamEvents',
    method: 'get',
    path: '/api/events',
    summary: 'What my devices are told, as it happens: server-sent events',
    for: 'user',
    headers: ['Last-Event-ID'],
    query: events.streamEventsQuery,
    data: events.streamedEvent,
    stream: true,
    errors: [],
  },
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof ROUTES;

/** Routes on which a service need not say for whom it asks. */
type ForAnyone = {
  [N in RouteName]: (typeof ROUTES)[N] extends { readonly for: 'anyone' } ? N : never;
}[RouteName];

/** Routes that answer with a stream of events. */
export type StreamName = {
  [N in RouteName]: (typeof ROUTES)[N] extends { readonly stream: true } ? N : never;
}[RouteName];

/** Routes for backends and operators themselves. */
type ForThemselves = {
  [N in RouteName]: (typeof ROUTES)[N] extends { readonly for: 'service' | 'operator' } ? N : never;
}[RouteName];
/** Routes on which nobody need be named. */
export type ForNobody = ForAnyone | ForThemselves;

/** Where events are posted to, and what came of it. */
export type WebhookRoute = keyof typeof WEBHOOK_ROUTES;
export const isWebhookRoute = (name: RouteName): name is WebhookRoute => name in WEBHOOK_ROUTES;

/** Whether a request has to be for a certain user. */
export const isForUsers = (name: RouteName): name is Exclude<RouteName, ForNobody> =>
  ROUTES[name].for === 'user';

export type BodyOf<N extends RouteName> = (typeof ROUTES)[N] extends {
  body: infer B extends z.ZodType;
}
  ? z.output<B>
  : undefined;
export type ParamsOf<N extends RouteName> = (typeof ROUTES)[N] extends {
  params: infer P extends z.ZodType;
}
  ? z.output<P>
  : undefined;
export type QueryOf<N extends RouteName> = (typeof ROUTES)[N] extends {
  query: infer Q extends z.ZodType;
}
  ? z.output<Q>
  : undefined;
export type DataOf<N extends RouteName> = z.input<(typeof ROUTES)[N]['data']>;

/** What an event of the stream says. */
export type StreamedData = DataOf<StreamName>;
