import { CallError } from '../../src/service/call-error.js';
import type { CallService } from '../../src/service/call-service.js';
import type { CreateCall } from '../../src/service/create-call.js';

let lastUser = 70_000;
/** A user no other test of the file knows. */
export const someone = (): string => {
  lastUser += 1;
  return String(lastUser);
};

export const aRequest = (overrides: Partial<CreateCall> = {}): CreateCall => ({
  callerId: someone(),
  calleeId: someone(),
  terminalId: 'phone',
  conversationId: '1001',
  callType: 'audio',
  ...overrides,
});

/** The created call, or the code it was refused with. */
export const tried = (service: CallService, request: CreateCall) =>
  service.create(request).catch((error: unknown) => {
    if (error instanceof CallError) return error.code;
    throw error;
  });
