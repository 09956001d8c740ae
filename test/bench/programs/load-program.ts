import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { AnswerTo, Order, Reply } from './orders.js';

/** Makes a process collect its garbage on SIGUSR2, in every thread. */
export const COLLECTS_GARBAGE = fileURLToPath(new URL('./collect-garbage.mjs', import.meta.url));

/** A process of the benchmark's own. */
export interface LoadProgram {
  readonly pid: number;
  order<O extends Order>(order: O): Promise<AnswerTo<O['kind']>>;
  end(): Promise<void>;
}

/** Runs `name` of this folder with `settings`, until it says that it is ready. */
export async function startProgram(name: string, settings: object): Promise<LoadProgram> {
  const path = fileURLToPath(new URL(`./${name}`, import.meta.url));
  const child = fork(path, [JSON.stringify(settings)], {
    execArgv: ['--import', 'tsx', '--import', COLLECTS_GARBAGE],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${name} did not start`);
  await replyOf(child, name);
  return {
    pid,
    async order<O extends Order>(order: O) {
      const answered = replyOf(child, name);
      child.send(order);
      const reply = await answered;
      if ('failure' in reply) throw new Error(`${name}, ${order.kind}: ${reply.failure}`);
      if (!('answer' in reply)) throw new Error(`${name} gave no answer`);
      return reply.answer as AnswerTo<O['kind']>;
    },
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

async function replyOf(child: ChildProcess, name: string): Promise<Reply> {
  const over = new AbortController();
  const { signal } = over;
  try {
    const [reply] = (await Promise.race([
      once(child, 'message', { signal }),
      once(child, 'exit', { signal }).then(([code]) => {
        throw new Error(`${name} ended with ${code}`);
      }),
    ])) as [Reply];
    return reply;
  } finally {
    over.abort();
  }
}
