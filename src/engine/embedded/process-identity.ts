import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};

const bootId = (): string =>
  (read('/proc/sys/kernel/random/boot_id') ?? '').trim().replaceAll('-', '');

const threadsOf = (pid: number): number => {
  try {
    return readdirSync(`/proc/${pid}/task`).length;
  } catch {
    return 0;
  }
};

/** Fields after the command name, which is in brackets and may itself contain blanks and brackets. */
function identityFromProc(pid: number, stat: string): string | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startTicks] = [fields[0], fields[19]];
  // A zombie has ended, even where nobody collects it; but while threads are left beside its first
  // one, its ports and files are still open.
  const ended = state === 'X' || (state === 'Z' && threadsOf(pid) <= 1);
  return ended ? undefined : `${startTicks}-${bootId()}`;
}

function identityFromPs(pid: number): string | undefined {
  try {
    const wanted = ['-o', 'state=,lstart=', '-p', String(pid)];
    const [state, ...start] = execFileSync('ps', wanted, { env: { LC_ALL: 'C' } })
      .toString()
      .trim()
      .split(/\s+/);
    return state === undefined || state.startsWith('Z')
      ? undefined
      : start.join('').replace(/\W/g, '');
  } catch {
    return undefined;
  }
}

/**
 * Shell commands that set `identity` to what `identityOf` says of the shell's own process, which
 * stays the same when the shell becomes another program by `exec`.
 */
export const OWN_IDENTITY_IN_SHELL = `
if [ -r /proc/$$/stat ]; then
  identity="$(cut -d' ' -f22 /proc/$$/stat)-$(tr -d - </proc/sys/kernel/random/boot_id)"
else
  identity="$(LC_ALL=C ps -o lstart= -p $$ | tr -dc '[:alnum:]')"
fi`;

/**
 * What tells a live process from a later one with the same pid, letters, digits and dashes only;
 * `undefined` when no such process lives.
 */
export function identityOf(pid: number): string | undefined {
  if (read('/proc/self/stat') === undefined) return identityFromPs(pid);
  const stat = read(`/proc/${pid}/stat`);
  return stat === undefined ? undefined : identityFromProc(pid, stat);
}
