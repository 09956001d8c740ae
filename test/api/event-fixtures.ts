import { sendAs } from '../support/api-client.js';
import type { SseReader } from '../support/sse-reader.js';
import {
  CALLEE_TERMINAL,
  CALLER_TERMINAL,
  createBody,
  freshUser,
  type TestCall,
} from './fixtures.js';

export const accept = (url: string, call: TestCall) =>
  sendAs(url, call.callee, 'acceptCall', {
    callId: call.callId,
    body: { terminal_id: CALLEE_TERMINAL },
  });

export const end = (
  url: string,
  call: TestCall,
  name: 'cancelCall' | 'hangupCall' = 'hangupCall',
) =>
  sendAs(url, call.caller, name, {
    callId: call.callId,
    body: { terminal_id: CALLER_TERMINAL },
  });

/** Types of what was told after the opening. */
export const types = ({ messages }: SseReader) => messages.slice(1).map(({ event }) => event);

export async function ringFor(url: string, callee: string): Promise<TestCall> {
  const caller = freshUser();
  const { data } = await sendAs(url, caller, 'createCall', { body: createBody(callee) });
  return { caller, callee, callId: Number(data?.call_id) };
}
