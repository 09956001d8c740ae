import { type Client, createClient } from '../../src/client/create-client.js';
import { insistent } from '../support/insist.js';
import type { Workplace } from '../support/workplace.js';

/** A token as `switchyard token` prints it in the folder of a start. */
export async function printedToken(place: Workplace, ...args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await place.run(['token', ...args]);
  if (stderr !== '') throw new Error(stderr);
  return stdout.trim();
}

/** A user of the product a start runs in this place, who repeats what was not answered. */
export async function userOf(place: Workplace, userId: string): Promise<Client> {
  const token = await printedToken(place, '--user', userId);
  return insistent(createClient({ baseUrl: place.apiUrl, token }));
}

export const session = (calleeId: number, timeoutSeconds = 30) => ({
  conversation_id: 1001,
  target_user_id: calleeId,
  call_type: 'video' as const,
  biz_type: 'single' as const,
  terminal_id: 'phone-1',
  timeout_seconds: timeoutSeconds,
});
