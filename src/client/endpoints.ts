import type { QueryOf, ROUTES, RouteName } from '../contract/routes.js';

export interface Endpoint {
  readonly method: 'get' | 'post';
  readonly path: string;
  /** Whether a query is the argument before the body. */
  readonly query?: true;
}

type Endpoints = {
  readonly [N in RouteName]: Pick<(typeof ROUTES)[N], 'method' | 'path'> &
    (QueryOf<N> extends undefined ? object : { readonly query: true });
};

/**
 * Where each operation is found. The route table itself would bring the schema library into every
 * client, so it is repeated here and held to the table by its literal types.
 */
export const ENDPOINTS: Endpoints = {
  createCall: { method: 'post', path: '/api/calls/session' },
  listRinging: { method: 'get', path: '/api/calls/ringing' },
  listCalls: { method: 'get', path: '/api/calls', query: true },
  getCall: { method: 'get', path: '/api/calls/{callId}' },
  listCallEvents: { method: 'get', path: '/api/calls/{callId}/events', query: true },
  getCallState: { method: 'get', path: '/api/calls/{callId}/state' },
  acceptCall: { method: 'post', path: '/api/calls/{callId}/accept' },
  rejectCall: { method: 'post', path: '/api/calls/{callId}/reject' },
  cancelCall: { method: 'post', path: '/api/calls/{callId}/cancel' },
  hangupCall: { method: 'post', path: '/api/calls/{callId}/hangup' },
  reportMediaState: { method: 'post', path: '/api/calls/{callId}/media-state' },
  streamEvents: { method: 'get', path: '/api/events', query: true },
  issueRtcToken: { method: 'post', path: '/api/calls/{callId}/rtc-token' },
};
