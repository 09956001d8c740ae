import type { RouteName } from '../../src/contract/routes.js';
import { sendAs } from '../support/api-client.js';

export const CALLER_TERMINAL = 'caller-phone';
export const CALLEE_TERMINAL = 'callee-phone';

let lastUser = 10_000;
export const freshUser = (): string => String(++lastUser);

export interface CreateBody {
  readonly conversation_id: number | bigint;
  readonly target_user_id: number | bigint;
  readonly call_type: string;
  readonly biz_type: string;
  readonly terminal_id: string;
}

export const createBody = (callee: string): CreateBody => ({
  conversation_id: 1001,
  target_user_id: Number(callee),
  call_type: 'video',
  biz_type: 'single',
  terminal_id: CALLER_TERMINAL,
});

/** A good body of every route that has one, as its callee or caller would send it. */
export const goodBody = (name: RouteName, terminal_id: string): object | undefined => {
  switch (name) {
    case 'createCall':
      return { ...createBody(freshUser()), terminal_id };
    case 'putUser':
      return { phone: '+8613800138000' };
    case 'setDialling':
      return { allowed: true };
    case 'createWebhookEndpoint':
      return { url: `http://127.0.0.1:9/${freshUser()}` };
    case 'updateWebhookEndpoint':
    case 'rotateWebhookSecret':
      return {};
    case 'listWebhookEndpoints':
    case 'getWebhookEndpoint':
    case 'deleteWebhookEndpoint':
    case 'pingWebhookEndpoint':
    case 'listWebhookDeliveries':
    case 'redeliverWebhook':
    case 'listRinging':
    case 'getUser':
    case 'removeUser':
    case 'listUsers':
    case 'getDialling':
    case 'streamEvents':
    case 'listCalls':
    case 'listCallEvents':
    case 'getCall':
    case 'getCallState':
      return undefined;
    case 'reportMediaState':
      return { terminal_id, stage: 'checked' };
    default:
      return { terminal_id };
  }
};

export interface TestCall {
  readonly caller: string;
  readonly callee: string;
  readonly callId: number;
}

export async function ringingCall(baseUrl: string): Promise<TestCall> {
  const caller = freshUser();
  const callee = freshUser();
  const { text, data } = await sendAs(baseUrl, caller, 'createCall', { body: createBody(callee) });
  if (typeof data?.call_id !== 'number') throw new Error(`no call was created: ${text}`);
  return { caller, callee, callId: data.call_id };
}

export async function acceptedCall(baseUrl: string): Promise<TestCall> {
  const call = await ringingCall(baseUrl);
  const { code } = await sendAs(baseUrl, call.callee, 'acceptCall', {
    callId: call.callId,
    body: { terminal_id: CALLEE_TERMINAL },
  });
  if (code !== 0) throw new Error(`the call was not accepted: ${code}`);
  return call;
}
