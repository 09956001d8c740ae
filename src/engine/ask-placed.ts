import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { placedUpdate } from '../../workflows/call/messages.js';
import { callWorkflowId } from '../contract/ids.js';
import type { CallEngine, PlacedOutcome } from '../ports/call-engine.js';
import { bounded, TIMED_OUT } from './bounded.js';
import { outcomeOfFailure } from './client-errors.js';
import type { Placings, Waiting } from './placed-here.js';

/** Placing that is not begun in this process by then is done by another worker. */
const BEGINS_WITHIN_MS = 500;
/** What is begun here and takes longer may never be told here. */
const TOLD_WITHIN_MS = 1_000;

/**
 * Asks a call what came of placing it, unless that is heard in this process before. One update is
 * enough: asking again is the caller's affair.
 */
export const placedAsker =
  (client: Client, placings?: Placings): CallEngine['placed'] =>
  async (callId, withinMs) => {
    const answerBy = Date.now() + withinMs;
    const waiting = placings?.take(callId);
    if (waiting === undefined) return ask(client, callId, answerBy);
    try {
      const heard = waiting.told.then((state): PlacedOutcome => ({ kind: 'done', state }));
      const soon = await heardSoon(waiting, heard, answerBy);
      if (soon !== TIMED_OUT) return soon;
      return await Promise.race([heard, ask(client, callId, answerBy)]);
    } finally {
      waiting.forget();
    }
  };

async function heardSoon({ begun }: Waiting, heard: Promise<PlacedOutcome>, answerBy: number) {
  const leftMs = () => Math.max(0, answerBy - Date.now());
  const isBegun = await bounded(begun, Math.min(BEGINS_WITHIN_MS, leftMs()));
  if (isBegun === TIMED_OUT) return TIMED_OUT;
  return bounded(heard, Math.min(TOLD_WITHIN_MS, leftMs()));
}

async function ask(client: Client, callId: number, answerBy: number): Promise<PlacedOutcome> {
  const handle = client.workflow.getHandle(callWorkflowId(callId));
  const asked = handle
    .executeUpdate(placedUpdate, { args: [{ answer_by: answerBy }], updateId: randomUUID() })
    .then((state): PlacedOutcome => ({ kind: 'done', state }), whyNot);
  const outcome = await bounded(asked, Math.max(0, answerBy - Date.now()));
  return outcome === TIMED_OUT ? { kind: 'unknown' } : outcome;
}

function whyNot(error: unknown): PlacedOutcome {
  const outcome = outcomeOfFailure(error);
  if (outcome.kind === 'retry') return { kind: 'unavailable' };
  return outcome.kind === 'refused' ? { kind: 'unknown' } : outcome;
}
