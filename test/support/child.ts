import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';

export interface Child {
  readonly pid: number;
  readonly send: (line: string) => void;
  /** Its next line of output. */
  readonly line: () => Promise<string>;
  /** Ends it without a chance to tidy up. */
  readonly kill: () => Promise<void>;
}

/** Runs a TypeScript program in a process of its own, killed at the end of the test at the latest. */
export async function child(program: URL, ...args: readonly string[]): Promise<Child> {
  const running = spawn(process.execPath, ['--import', 'tsx', program.pathname, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(running, 'spawn');
  const { pid } = running;
  if (pid === undefined) throw new Error(`${program.pathname} did not start`);
  const kill = async () => {
    if (running.exitCode !== null || running.signalCode !== null) return;
    const gone = once(running, 'exit');
    running.kill('SIGKILL');
    await gone;
  };
  onTestFinished(kill);
  const lines = createInterface({ input: running.stdout })[Symbol.asyncIterator]();
  return {
    pid,
    kill,
    send: (line) => running.stdin.write(`${line}\n`),
    line: async () => {
      const next = await lines.next();
      if (next.done === true) throw new Error(`${program.pathname} ended without a line`);
      return next.value;
    },
  };
}
