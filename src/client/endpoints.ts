import type { BodyOf, QueryOf, ROUTES, RouteName } from '../contract/routes.js';

export interface Endpoint {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  readonly path: string;
  /** Whether it has an argument for the query, and one for the body after it. */
  readonly query?: true;
  readonly body?: true;
}

type Endpoints = {
  readonly [N in RouteName]: Pick<(typeof ROUTES)[N], 'method' | 'path'> &
    (QueryOf<N> extends undefined ? object : { readonly query: true }) &
    (BodyOf<N> extends undefined ? object : { readonly body: true });
};

/**
 * Where each operation is found. The route table itself would bring the schema library into every
 * client, so it is repeated here and held to the table by its literal types.
 */
export const ENDPOINTS: Endpoints = {
  createCall: { method: 'post', path: '/api/calls/session', body: true },
  listRinging: { method: 'get', path: '/api/calls/ringing' },
  listCalls: { method: 'get', path: '/api/calls', query: true },
  getCall: { method: 'get', path: '/api/calls/{callId}' },
  listCallEvents: { method: 'get', path: '/api/calls/{callId}/events', query: true },
  getCallState: { method: 'get', path: '/api/calls/{callId}/state' },
  acceptCall: { method: 'post', path: '/api/calls/{callId}/accept', body: true },
  rejectCall: { method: 'post', path: '/api/calls/{callId}/reject', body: true },
  cancelCall: { method: 'post', path: '/api/calls/{callId}/cancel', body: true },
  hangupCall: { method: 'post', path: '/api/calls/{callId}/hangup', body: true },
  reportMediaState: { method: 'post', path: '/api/calls/{callId}/media-state', body: true },
  createWebhookEndpoint: { method: 'post', path: '/api/webhook-endpoints', body: true },
  listWebhookEndpoints: { method: 'get', path: '/api/webhook-endpoints' },
  getWebhookEndpoint: { method: 'get', path: '/api/webhook-endpoints/{endpointId}' },
  updateWebhookEndpoint: {
    method: 'patch',
    path: '/api/webhook-endpoints/{endpointId}',
    body: true,
  },
  deleteWebhookEndpoint: { method: 'delete', path: '/api/webhook-endpoints/{endpointId}' },
  rotateWebhookSecret: {
    method: 'post',
    path: '/api/webhook-endpoints/{endpointId}/rotate-secret',
    body: true,
  },
  pingWebhookEndpoint: { method: 'post', path: '/api/webhook-endpoints/{endpointId}/ping' },
  listWebhookDeliveries: { method: 'get', path: '/api/webhook-deliveries', query: true },
  redeliverWebhook: {
    method: 'post',
    path: '/api/webhook-deliveries/{deliveryId}/redeliver',
  },
  putUser: { method: 'put', path: '/api/users/{userId}', body: true },
  getUser: { method: 'get', path: '/api/users/{userId}' },
  removeUser: { method: 'delete', path: '/api/users/{userId}' },
  listUsers: { method: 'get', path: '/api/users', query: true },
  getDialling: { method: 'get', path: '/api/phone/dialling' },
  setDialling: { method: 'put', path: '/api/phone/dialling', body: true },
  streamEvents: { method: 'get', path: '/api/events', query: true },
  issueRtcToken: { method: 'post', path: '/api/calls/{callId}/rtc-token', body: true },
};
