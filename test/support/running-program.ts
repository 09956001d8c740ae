import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RunningProgram {
  readonly pid: number;
  runs(): boolean;
  /** Everything written so far. */
  stdout(): string;
  stderr(): string;
  /** What `pattern` finds in the standard output, waited for if need be. */
  until(pattern: RegExp): Promise<RegExpExecArray>;
  /** To the process alone, as `kill` does. */
  signal(name: NodeJS.Signals): void;
  /** How it ended, with all its output read. */
  ended(): Promise<Ended>;
  /** Ends it and everything else in its process group; nothing happens if it has ended. */
  destroy(): Promise<void>;
}

export interface ProgramOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Written to its standard input, which is then closed. */
  readonly input?: string;
}

const OUTPUT_LIMIT_MS = 240_000;
const LOOK_EVERY_MS = 10;

const alive = new Set<number>();

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group has ended already.
  }
}
process.once('exit', () => {
  for (const pid of alive) killGroup(pid);
});

/** Starts a program in a process group of its own, ended with this process at the latest. */
export async function runProgram(
  [file, ...args]: readonly [string, ...string[]],
  { cwd, env, input }: ProgramOptions,
): Promise<RunningProgram> {
  const child = spawn(file, args, { cwd, env, detached: true, stdio: 'pipe' });
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  await once(child, 'spawn');
  const { pid } = child;
  if (pid === undefined) throw new Error(`${file} did not start`);
  alive.add(pid);
  child.once('exit', () => alive.delete(pid));
  const [out, err] = [collected(child.stdout), collected(child.stderr)];
  child.stdin.on('error', () => undefined).end(input);
  const runs = () => child.exitCode === null && child.signalCode === null;
  return {
    pid,
    runs,
    stdout: out,
    stderr: err,
    signal: (name) => void child.kill(name),
    ended: () => closed.then(([code, signal]) => ({ code, signal })),
    async until(pattern) {
      const latest = Date.now() + OUTPUT_LIMIT_MS;
      for (;;) {
        const over = !runs();
        const found = pattern.exec(out());
        if (found !== null) return found;
        if (over || Date.now() > latest) {
          throw new Error(`${pattern} was not printed\n${out()}\n${err()}`);
        }
        await sleep(LOOK_EVERY_MS);
      }
    },
    async destroy() {
      killGroup(pid);
      await closed;
    },
  };
}

function collected(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return () => text;
}
