import type { DataOf } from '../../src/contract/routes.js';
import type { Stack } from './stack.js';
import { serviceToken } from './tokens.js';

export type CallDetail = DataOf<'getCall'>;

/** Reads any call, as a backend may. */
export async function serviceReader({
  url,
}: Pick<Stack, 'url'>): Promise<(callId: number) => Promise<CallDetail>> {
  const authorization = `Bearer ${await serviceToken()}`;
  return async (callId) => {
    const answer = await fetch(`${url}/api/calls/${callId}`, { headers: { authorization } });
    const { code, data } = (await answer.json()) as { code: number; data: CallDetail };
    if (code !== 0) throw new Error(`call ${callId}: ${code}`);
    return data;
  };
}
