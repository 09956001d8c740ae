import {
  ServiceError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure, WorkflowNotFoundError } from '@temporalio/common';
import type { CallState } from '../call/state.js';
import { isErrorCode } from '../contract/codes.js';
import { NO_CHANGE } from '../contract/names.js';
import type { CommandOutcome } from '../ports/call-engine.js';

/** `retry`: the server refused before doing anything; the same update may be sent again. */
export type Mapped = CommandOutcome | { readonly kind: 'retry' };

const RESOURCE_EXHAUSTED = 8;

/** What a failed update means for the one who asked. Every cause is a row here, or a bug. */
export function outcomeOfFailure(error: unknown): Mapped {
  if (error instanceof WorkflowUpdateFailedError) return outcomeOfRefusal(error.cause, error);
  if (error instanceof WorkflowNotFoundError) return { kind: 'gone' };
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return { kind: 'unknown' };
  if (isGrpcError(error, RESOURCE_EXHAUSTED)) return { kind: 'retry' };
  if (isGrpcError(error)) return { kind: 'unknown' };
  throw error;
}

function outcomeOfRefusal(cause: unknown, error: Error): Mapped {
  if (!(cause instanceof ApplicationFailure)) return { kind: 'gone' };
  if (cause.type === NO_CHANGE) {
    return { kind: 'done', state: cause.details?.[0] as CallState, unchanged: true };
  }
  if (cause.type === 'AcceptedUpdateCompletedWorkflow') return { kind: 'gone' };
  const code = Number(cause.type);
  if (code === 40001) return { kind: 'refused', code, message: cause.message };
  if (isErrorCode(code)) return { kind: 'refused', code };
  throw error;
}

/** The call that refused an update: a refusal carries it, and so does one that changes nothing. */
export function refusingCall(error: unknown): CallState | undefined {
  if (!(error instanceof WorkflowUpdateFailedError)) return undefined;
  const { cause } = error;
  const refusal = cause instanceof ApplicationFailure ? cause.details?.[0] : undefined;
  return refusal as CallState | undefined;
}

/** Any gRPC status: the server, or the way to it, said something else than an answer. */
export function isGrpcError(error: unknown, code?: number): boolean {
  const cause = error instanceof ServiceError ? error.cause : error;
  if (typeof cause !== 'object' || cause === null || !('code' in cause)) return false;
  return typeof cause.code === 'number' && (code === undefined || cause.code === code);
}
