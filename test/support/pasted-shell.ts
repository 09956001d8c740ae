import { runProgram } from './running-program.js';

export interface Pasted {
  readonly stdout: string;
  readonly stderr: string;
}

export interface PasteOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * What an interactive bash does with a pasted text, history expansion included. It has no terminal,
 * so that it cannot take the one the tests run in.
 */
export async function paste(text: string, { cwd, env }: PasteOptions): Promise<Pasted> {
  const shell = await runProgram(['bash', '--norc', '--noprofile', '-i'], {
    cwd,
    env: { ...env, PS1: '', PS2: '', HISTFILE: '' },
    input: `${text}\nexit\n`,
  });
  await shell.ended();
  return { stdout: shell.stdout(), stderr: shell.stderr() };
}
