import type { BodyOf, DataOf, RouteName } from '../../contract/routes.js';

interface RouteExample<N extends RouteName> {
  readonly body?: BodyOf<N>;
  readonly data: DataOf<N>;
}

const rtc = {
  channel_name: 'call_5001_1001',
  app_id: '1400000001',
  rtc_token: 'eJyrVgrxCdYrSy1SslIy0jNQ0gHzM1NS80oy0zLBwoYGBgZQ8eKU7MSCgswUJStDEwMg',
  expire_at: '2026-07-06T10:05:00Z',
} as const;

const ended: DataOf<'hangupCall'> = {
  call_id: 5001,
  status: 'ended',
  call_type: 'video',
  biz_type: 'single',
  conversation_id: 1001,
  channel_name: 'call_5001_1001',
  app_id: '1400000001',
  caller_user_id: 10001,
  callee_user_id: 20002,
  caller_uid: '10001',
  callee_uid: '20002',
  accepted_at: '2026-07-05T10:05:10Z',
  started_at: '2026-07-05T10:05:30Z',
  ended_at: '2026-07-05T10:12:45Z',
  end_reason: 'local_hangup',
  version: 5,
};

const neverAccepted = { ...ended, accepted_at: null, started_at: null, version: 2 };

const party = {
  added_by: null,
  ringing_at: null,
  accepted_at: null,
  joined_at: null,
  left_at: null,
} as const;

const ringing: DataOf<'listRinging'>['calls'][number] = {
  ...neverAccepted,
  status: 'calling',
  ended_at: null,
  end_reason: null,
  version: 1,
  channel: 'rtc',
  created_at: '2026-07-05T10:05:00Z',
  ring_expires_at: '2026-07-05T10:05:30Z',
  end_cause: null,
  ended_by: null,
  ending: false,
  duration_seconds: null,
  missed: false,
  stream: null,
  parties: [
    { ...party, user_id: '10001', role: 'caller', state: 'present', terminal_id: 'web-1' },
    { ...party, user_id: '20002', role: 'callee', state: 'ringing', terminal_id: null },
  ],
};

const missedCall: typeof ringing = {
  ...ringing,
  ...neverAccepted,
  status: 'cancelled',
  end_reason: 'caller_cancel',
  end_cause: 'cancelled',
  ended_by: '10001',
  missed: true,
  parties: [
    { ...party, user_id: '10001', role: 'caller', state: 'left', terminal_id: 'web-1' },
    { ...party, user_id: '20002', role: 'callee', state: 'missed', terminal_id: null },
  ],
};

const event: DataOf<'listCallEvents'>['events'][number] = {
  event_id: '5001-1-0',
  type: 'call.incoming',
  call_id: 5001,
  version: 1,
  at: '2026-07-05T10:05:00Z',
  server_time: '2026-07-05T10:05:00Z',
  ring_expires_at: '2026-07-05T10:05:30Z',
  user_id: '20002',
  terminal_id: null,
  reason: null,
  call: ringing,
};

const endpoint: DataOf<'getWebhookEndpoint'> = {
  endpoint_id: 'we_5f2b8c0d9e1a4b7c6d3e2f10',
  url: 'https://backend.example/switchyard',
  event_types: ['call.incoming', 'call.ended'],
  status: 'enabled',
  disabled_because: null,
  former_secret_until: null,
  created_at: '2026-07-05T10:00:00Z',
  updated_at: '2026-07-05T10:00:00Z',
};
const secret = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';

const attempt: DataOf<'pingWebhookEndpoint'> = {
  at: '2026-07-05T10:05:00Z',
  duration_ms: 31,
  http_status: 200,
  error: null,
  response_excerpt: 'ok',
};

const delivery: DataOf<'redeliverWebhook'> = {
  delivery_id: 77,
  endpoint_id: endpoint.endpoint_id,
  event_id: event.event_id,
  type: event.type,
  call_id: event.call_id,
  version: event.version,
  status: 'delivered',
  created_at: event.at,
  next_attempt_at: null,
  attempts: [attempt],
};

const user: DataOf<'getUser'> = {
  user_id: '10001',
  phone: '+86*******8000',
  sub_account_sid: 'aaf98f894e8a784b014e8a9b3c7d0001',
};

/** One good request and answer of each route, for the documents. */
export const EXAMPLES: { readonly [N in RouteName]: RouteExample<N> } = {
  putUser: { body: { phone: '+8613800138000' }, data: user },
  getUser: { data: user },
  removeUser: { data: { user_id: '10001' } },
  listUsers: { data: { users: [user], next: '10001' } },
  getDialling: { data: { allowed: true } },
  setDialling: { body: { allowed: false }, data: { allowed: false } },
  createCall: {
    body: {
      conversation_id: 1001,
      target_user_id: 20002,
      call_type: 'video',
      biz_type: 'single',
      terminal_id: 'client-android-abc123',
    },
    data: {
      call_id: 5001,
      conversation_id: 1001,
      call_type: 'video',
      biz_type: 'single',
      status: 'calling',
      timeout_seconds: 30,
      version: 1,
      ...rtc,
      caller_uid: '10001',
    },
  },
  listRinging: { data: { server_time: '2026-07-05T10:05:04Z', calls: [ringing] } },
  listCalls: {
    data: {
      calls: [{ ...missedCall, direction: 'incoming' }],
      next_cursor: 'MTc4MzI0NTkwMDAwMC41MDAx',
    },
  },
  getCall: {
    data: {
      ...ringing,
      direction: 'outgoing',
      quality: [
        {
          user_id: '10001',
          terminal_id: 'web-1',
          network_quality: 'good',
          at: '2026-07-05T10:05:02Z',
        },
      ],
    },
  },
  listCallEvents: {
    data: { events: [event], has_more: false },
  },
  getCallState: { data: ended },
  acceptCall: {
    body: { terminal_id: 'client-ios-xyz789' },
    data: { call_id: 5001, status: 'accepted', ...rtc, callee_uid: '20002', version: 2 },
  },
  rejectCall: {
    body: { terminal_id: 'client-ios-xyz789', reason: 'user_reject' },
    data: { ...neverAccepted, status: 'rejected', end_reason: 'user_reject' },
  },
  cancelCall: {
    body: { terminal_id: 'client-android-abc123', reason: 'caller_cancel' },
    data: { ...neverAccepted, status: 'cancelled', end_reason: 'caller_cancel' },
  },
  hangupCall: {
    body: { terminal_id: 'client-android-abc123', reason: 'local_hangup' },
    data: ended,
  },
  reportMediaState: {
    body: { terminal_id: 'client-android-abc123', stage: 'joined', network_quality: 'good' },
    data: { call_id: 5001, status: 'ongoing', started_at: '2026-07-05T10:05:30Z', version: 3 },
  },
  createWebhookEndpoint: {
    body: { url: endpoint.url, event_types: endpoint.event_types },
    data: { ...endpoint, secret },
  },
  listWebhookEndpoints: { data: { endpoints: [endpoint] } },
  getWebhookEndpoint: { data: endpoint },
  updateWebhookEndpoint: {
    body: { event_types: null, status: 'enabled' },
    data: { ...endpoint, event_types: null },
  },
  deleteWebhookEndpoint: { data: { endpoint_id: endpoint.endpoint_id } },
  rotateWebhookSecret: {
    body: { former_valid_seconds: 86_400 },
    data: { ...endpoint, former_secret_until: '2026-07-06T10:00:00Z', secret },
  },
  pingWebhookEndpoint: { data: attempt },
  listWebhookDeliveries: { data: { deliveries: [delivery], next_cursor: null } },
  redeliverWebhook: {
    data: { ...delivery, status: 'pending', next_attempt_at: '2026-07-05T11:00:00Z' },
  },
  streamEvents: { data: event },
  issueRtcToken: {
    body: { terminal_id: 'client-ios-tablet', takeover: true },
    data: { call_id: 5001, status: 'ongoing', ...rtc, uid: '20002', version: 4 },
  },
};
