import { setTimeout as pause } from 'node:timers/promises';
import { mintToken } from '../../api/auth/mint-token.js';
import { ApiError } from '../../client/api-error.js';
import { type Client, createClient } from '../../client/create-client.js';
import type { Embedded } from '../start-embedded.js';

export interface Stage {
  readonly running: Embedded;
  readonly say: (line: string) => void;
  readonly stopping: AbortSignal;
}

const TOKEN_TTL_SECONDS = 86_400;

/** A token for a user of the demonstration, or `undefined` where only a public key is configured. */
export async function tokenFor(
  { config }: Pick<Embedded, 'config'>,
  userId: string,
  service = false,
): Promise<string | undefined> {
  const { AUTH_JWT_SECRET: secret, AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience } = config;
  if (secret === undefined) return undefined;
  const request = { userId, service, ttlSeconds: TOKEN_TTL_SECONDS };
  return mintToken({ secret, issuer, audience }, request);
}

export const callLink = ({ uiUrl, config }: Embedded, callId: number | bigint): string =>
  uiUrl === undefined
    ? `workflow call-${callId}`
    : `${uiUrl}/namespaces/${config.TEMPORAL_NAMESPACE}/workflows/call-${callId}`;

/** A backend that speaks its provider's API does not know our ids: the call is found by its own. */
export function providerCallLink({ uiUrl, config }: Embedded, providerCallId: string): string {
  const query = `ProviderCallId="${providerCallId}"`;
  return uiUrl === undefined
    ? `workflow with ${query}`
    : `${uiUrl}/namespaces/${config.TEMPORAL_NAMESPACE}/workflows?query=${encodeURIComponent(query)}`;
}

export interface Actor {
  readonly userId: string;
  readonly api: Client;
}

export async function actor(stage: Stage, userId: string): Promise<Actor> {
  const token = (await tokenFor(stage.running, userId)) ?? '';
  const baseUrl = stage.running.service.apiUrl ?? '';
  return { userId, api: createClient({ baseUrl, token }) };
}

/** Carries out one step, prints how it went and how long the answer took. */
export async function step<T>(
  { say }: Stage,
  what: string,
  request: () => Promise<T>,
  told: (answer: T) => string,
): Promise<T | ApiError> {
  const begun = performance.now();
  const outcome = await untilKnown(request);
  const took = `${(performance.now() - begun).toFixed(0)} ms`;
  const line = outcome instanceof ApiError ? `${outcome.code} ${outcome.message}` : told(outcome);
  say(`  ${what.padEnd(44)} ${took.padStart(7)}  ${line}`);
  return outcome;
}

const INSISTS_MS = 30_000;
const AGAIN_AFTER_MS = 250;

/** On a slow machine an answer may be that the outcome is not known yet: then it is asked for again. */
async function untilKnown<T>(request: () => Promise<T>): Promise<T | ApiError> {
  const until = performance.now() + INSISTS_MS;
  for (;;) {
    const outcome = await request().catch((error: unknown) => {
      if (error instanceof ApiError) return error;
      throw error;
    });
    const isOpen = outcome instanceof ApiError && outcome.code === 50401;
    if (!isOpen || performance.now() > until) return outcome;
    await pause(AGAIN_AFTER_MS);
  }
}
