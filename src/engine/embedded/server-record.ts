import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isAlive, type KnownProcess } from './end-process.js';
import { OWN_IDENTITY_IN_SHELL } from './process-identity.js';

export interface RecordedServer {
  readonly port: number;
  readonly uiPort: number;
  /** Everything else the server was started with: one with another fingerprint is not adopted. */
  readonly fingerprint: string;
}

export const fingerprintOf = (command: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(command)).digest('hex');

/**
 * The process writes its own record and then becomes the server, so that there is no moment at
 * which a server runs that no record tells of, whenever its parent is killed.
 */
const LAUNCHER = `${OWN_IDENTITY_IN_SHELL}
printf '%s %s %s\\n' "$$" "$identity" "$1" >"$0" || exit 1
shift
exec "$@"`;

export const launchArguments = (
  recordFile: string,
  server: RecordedServer,
  command: readonly string[],
): readonly string[] => ['-c', LAUNCHER, recordFile, JSON.stringify(server), ...command];

/** The server a record tells of, if that very process still lives. */
export async function leftoverServer(
  recordFile: string,
): Promise<(KnownProcess & RecordedServer) | undefined> {
  const text = await readFile(recordFile, 'utf8').catch(() => '');
  const [, pid, identity, server] = /^(\d+) (\S+) (\{.*\})\n$/.exec(text) ?? [];
  if (pid === undefined || identity === undefined || server === undefined) return undefined;
  const known = { pid: Number(pid), identity };
  return isAlive(known) ? { ...known, ...(JSON.parse(server) as RecordedServer) } : undefined;
}
