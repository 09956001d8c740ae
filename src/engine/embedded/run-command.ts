import { spawn } from 'node:child_process';

export interface CommandResult {
  readonly ok: boolean;
  /** The end of what it printed on both streams, or why it could not be run. */
  readonly output: string;
}

const OUTPUT_LIMIT = 4_000;

/** Runs a program to its end, or kills it after `timeoutMs`. Never rejects. */
export function runCommand(
  command: string,
  args: readonly string[],
  options: { readonly env: NodeJS.ProcessEnv; readonly timeoutMs: number; readonly cwd?: string },
): Promise<CommandResult> {
  const { env, timeoutMs, cwd } = options;
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      env,
      ...(cwd === undefined ? {} : { cwd }),
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    let output = '';
    const keep = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-OUTPUT_LIMIT);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', (error) => resolve({ ok: false, output: error.message }));
    child.once('close', (code, signal) =>
      resolve({
        ok: code === 0,
        output: output.trim() || (signal === null ? '' : `ended by ${signal}`),
      }),
    );
  });
}
