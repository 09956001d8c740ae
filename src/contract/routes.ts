import type { z } from 'zod';
import type { ErrorCode } from './codes.js';
import * as schemas from './schemas.js';

export interface Route {
  readonly operationId: string;
  readonly method: 'get' | 'post';
  /** OpenAPI style: `/api/calls/{callId}/accept`. */
  readonly path: string;
  readonly summary: string;
  readonly params?: z.ZodObject;
  readonly headers?: readonly string[];
  readonly body?: z.ZodObject;
  /** The shape of `data` in the envelope when `code` is 0. */
  readonly data: z.ZodType;
  /** Beyond the codes that any route can answer with. */
  readonly errors: readonly ErrorCode[];
}

/** Codes that every authenticated route can answer with. */
export const COMMON_ERRORS: readonly ErrorCode[] = [40001, 40101, 42901, 50001, 50301];

/** The call-control API, each route once: validation, OpenAPI, client and auth tests read this. */
export const ROUTES = {
  createCall: {
    operationId: 'createCall',
    method: 'post',
    path: '/api/calls/session',
    summary: 'Call another user',
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
    data: schemas.ringingCalls,
    errors: [],
  },
  getCall: {
    operationId: 'getCall',
    method: 'get',
    path: '/api/calls/{callId}',
    summary: 'Read a call with its parties',
    params: schemas.callIdParam,
    data: schemas.callDetail,
    errors: [41001, 41010],
  },
  getCallState: {
    operationId: 'getCallState',
    method: 'get',
    path: '/api/calls/{callId}/state',
    summary: 'Read the call state object',
    params: schemas.callIdParam,
    data: schemas.callStateObject,
    errors: [41001, 41010],
  },
  acceptCall: {
    operationId: 'acceptCall',
    method: 'post',
    path: '/api/calls/{callId}/accept',
    summary: 'Accept a call as its callee: the first terminal wins',
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
    params: schemas.callIdParam,
    body: schemas.rtcTokenBody,
    data: schemas.rtcTokenAnswer,
    errors: [41001, 41006, 41007, 41008, 41010, 50401],
  },
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof ROUTES;
export type BodyOf<N extends RouteName> = (typeof ROUTES)[N] extends {
  body: infer B extends z.ZodType;
}
  ? z.output<B>
  : undefined;
export type DataOf<N extends RouteName> = z.input<(typeof ROUTES)[N]['data']>;
