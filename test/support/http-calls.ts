import { ApiError } from '../../src/client/api-error.js';
import type { Client } from '../../src/client/create-client.js';
import type { BodyOf } from '../../src/contract/routes.js';

type CreateCall = BodyOf<'createCall'>;

export const aCreate = (overrides: Partial<CreateCall> = {}): CreateCall => ({
  conversation_id: 1001,
  target_user_id: 20002,
  call_type: 'video',
  biz_type: 'single',
  terminal_id: 'caller-phone',
  ...overrides,
});

/** The answer's data, or the code it was refused with. */
export const codeOr = <T>(answer: Promise<T>): Promise<T | number> =>
  answer.catch((error: unknown) => {
    if (error instanceof ApiError) return error.code;
    throw error;
  });

export async function dial(caller: Client, overrides: Partial<CreateCall> = {}) {
  const created = await caller.createCall(aCreate(overrides));
  return { callId: Number(created.call_id) };
}
