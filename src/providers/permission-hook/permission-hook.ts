import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import type { Admission, AdmissionAnswer, AdmissionRequest } from '../../ports/admission.js';
import { readCapped } from './read-capped.js';

/** From the first byte out to the last byte in: a creator waits for this answer. */
const ANSWER_WITHIN_MS = 2_000;
const MAX_ANSWER_BYTES = 4_096;

const answerBody = z.object({ allow: z.boolean() });

/** Why no answer could be had. `status` is there when the hook spoke HTTP. */
export interface HookFault {
  readonly fault: 'timeout' | 'unreachable' | 'status' | 'answer';
  readonly status?: number;
}

export interface PermissionHookSettings {
  readonly url: string;
  /** `whsec_` and base64. */
  readonly secret: string;
  /** Told of each question that ends `unavailable`; nothing in it is personal. */
  readonly onFault: (fault: HookFault) => void;
}

const question = (request: AdmissionRequest) =>
  JSON.stringify({
    caller_id: request.callerId,
    callee_ids: request.calleeIds,
    channel: request.channel,
    call_type: request.callType,
    conversation_id: request.conversationId ?? null,
  });

const signed = (webhook: Webhook, body: string) => {
  const id = `msg_${randomUUID()}`;
  const now = new Date();
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': webhook.sign(id, now, body),
  };
};

const parseAnswer = (text: string | undefined): boolean | undefined => {
  try {
    return answerBody.safeParse(JSON.parse(text ?? '')).data?.allow;
  } catch {
    return undefined;
  }
};

async function judge(response: Response): Promise<'allowed' | 'refused' | HookFault> {
  const { status } = response;
  if (!response.ok) {
    await response.body?.cancel();
    return status === 403 ? 'refused' : { fault: 'status', status };
  }
  const allow = parseAnswer(await readCapped(response, MAX_ANSWER_BYTES));
  if (allow === undefined) return { fault: 'answer', status };
  return allow ? 'allowed' : 'refused';
}

const faultOf = (error: unknown): HookFault => ({
  fault: error instanceof Error && error.name === 'TimeoutError' ? 'timeout' : 'unreachable',
});

/**
 * Asks the user's backend over HTTP, signed as a Standard Webhook. Only `{"allow": true}` or
 * `{"allow": false}` with a 2xx, or a 403, is an answer; redirects are not followed.
 * @throws Error when the secret is not base64.
 */
export function createPermissionHook(settings: PermissionHookSettings): Admission {
  const webhook = new Webhook(settings.secret);

  const answer = async (body: string): Promise<'allowed' | 'refused' | HookFault> => {
    try {
      const response = await fetch(settings.url, {
        method: 'POST',
        headers: signed(webhook, body),
        body,
        // Elsewhere the question would reach somebody whom nobody configured.
        redirect: 'manual',
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      });
      return await judge(response);
    } catch (error) {
      return faultOf(error);
    }
  };

  return {
    async ask(request): Promise<AdmissionAnswer> {
      const outcome = await answer(question(request));
      if (typeof outcome === 'string') return outcome;
      settings.onFault(outcome);
      return 'unavailable';
    },
  };
}
