import type { RouteName, StreamName, WebhookRoute } from '../contract/routes.js';
import {
  acceptedCallView,
  callDetailView,
  callStateView,
  createdCallView,
  mediaStateView,
  rtcAccessView,
  wireTime,
} from '../contract/view.js';
import type { CallService } from '../service/call-service.js';
import type { Answer, ApiCall } from './api-call.js';
import { getCall, listCallEvents, listCalls } from './history-handlers.js';
import { IDEMPOTENCY_KEY_HEADER, idempotencyOf } from './idempotency-key.js';
import {
  getDialling,
  getUser,
  listUsers,
  putUser,
  removeUser,
  setDialling,
} from './user-handlers.js';

type Handler<N extends RouteName> = (service: CallService, call: ApiCall<N>) => Promise<Answer<N>>;

/** One handler per route of calls: a route without one does not compile. */
export const HANDLERS: {
  readonly [N in Exclude<RouteName, StreamName | WebhookRoute>]: Handler<N>;
} = {
  createCall,
  putUser,
  getUser,
  removeUser,
  listUsers,
  getDialling,
  setDialling,
  async listRinging(service, { userId }) {
    const calls = await service.ringing(userId);
    return { data: { server_time: wireTime(Date.now()), calls: calls.map(callDetailView) } };
  },
  listCalls,
  getCall,
  listCallEvents,
  async getCallState(service, { callId, userId }) {
    return { data: callStateView(await service.read(callId, userId)) };
  },
  async acceptCall(service, call) {
    const { state, token } = await service.accept(call.callId, terminalOf(call));
    return { data: acceptedCallView(state, call.userId, token) };
  },
  async rejectCall(service, call) {
    return { data: callStateView(await service.reject(call.callId, withReason(call))) };
  },
  async cancelCall(service, call) {
    return { data: callStateView(await service.cancel(call.callId, withReason(call))) };
  },
  async hangupCall(service, call) {
    return { data: callStateView(await service.hangup(call.callId, withReason(call))) };
  },
  async reportMediaState(service, call) {
    const { stage, network_quality: quality } = call.body;
    const report = { ...terminalOf(call), stage, quality };
    return { data: mediaStateView(await service.reportMedia(call.callId, report)) };
  },
  async issueRtcToken(service, call) {
    const { callId, userId, body } = call;
    const { state, token } = await service.rtcToken(
      callId,
      terminalOf(call),
      body.takeover ?? false,
    );
    return { data: rtcAccessView(state, userId, token) };
  },
};

async function createCall(
  service: CallService,
  { userId, body, header }: ApiCall<'createCall'>,
): Promise<Answer<'createCall'>> {
  const idempotency = idempotencyOf(header(IDEMPOTENCY_KEY_HEADER), body);
  const { state, token, replayed } = await service.create({
    callerId: userId,
    terminalId: body.terminal_id,
    calleeId: String(body.target_user_id),
    conversationId: String(body.conversation_id),
    callType: body.call_type,
    ...(body.timeout_seconds !== undefined && { ringTimeoutMs: body.timeout_seconds * 1_000 }),
    ...(idempotency !== undefined && { idempotency }),
  });
  return {
    data: createdCallView(state, token),
    headers: replayed ? { 'Idempotent-Replayed': 'true' } : {},
  };
}

interface ByTerminal {
  readonly userId: string;
  readonly body: { readonly terminal_id: string; readonly reason?: string | null | undefined };
}

const terminalOf = ({ userId, body }: ByTerminal) => ({ userId, terminalId: body.terminal_id });
const withReason = (call: ByTerminal) => ({ ...terminalOf(call), reason: call.body.reason });
