import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';
import { type LoadProgram, startProgram } from '../programs/load-program.js';
import { namespaceOn, type Stage, type TemporalOnStage } from '../stage.js';
import type { Contender, Killable } from './contender.js';

export const BARE = 'bare Temporal';

/** What Temporal itself costs: client, worker and load in one process. */
export async function bare(stage: Stage, server = stage.temporal): Promise<Contender> {
  const { address } = server;
  const namespace = await namespaceOn(address);
  const common = { address, namespace, bundlePath: await bundleIn(stage.folder) };
  const load = await startProgram('bare.ts', { ...common, parts: ['worker', 'client'] });
  return contender(load, namespace, { process: load.pid, ...serverParts(stage, server) });
}

/** As the product has it: a worker that starts bundles nothing. */
async function bundleIn(folder: string): Promise<string> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../programs/bare.workflow.ts', import.meta.url)),
    logger: { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} },
  });
  const path = join(folder, 'bare-bundle.js');
  await writeFile(path, code);
  return path;
}

/** The same with the worker in a process of its own. */
export async function splitBare(stage: Stage): Promise<Killable> {
  const { address } = stage.temporal;
  const namespace = await namespaceOn(address);
  const common = { address, namespace, bundlePath: await bundleIn(stage.folder) };
  const launch = () => startProgram('bare.ts', { ...common, parts: ['worker'] });
  const load = await startProgram('bare.ts', { ...common, parts: ['client'] });
  let worker = await launch();
  const { stop, ...rest } = contender(load, namespace, {});
  return {
    contender: {
      ...rest,
      async stop() {
        await worker.end();
        await stop();
      },
    },
    freezeWorker: () => void process.kill(worker.pid, 'SIGSTOP'),
    killWorker: () => worker.end(),
    async startWorker() {
      worker = await launch();
    },
  };
}

const contender = (load: LoadProgram, namespace: string, parts: Contender['parts']): Contender => ({
  name: BARE,
  load,
  parts,
  holders: [load.pid],
  temporal: { namespace, workflowId: (id) => id },
  stop: () => load.end(),
});

/** PostgreSQL counts for whoever uses it; bare Temporal does where the server keeps its data there. */
export const serverParts = (
  { kind, postgresPid }: Stage,
  { pid }: TemporalOnStage,
): Contender['parts'] => ({
  ...(pid !== undefined && { Temporal: pid }),
  ...(kind === 'postgresql' && { PostgreSQL: postgresPid }),
});
