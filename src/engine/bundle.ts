import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, type WorkflowBundleOption } from '@temporalio/worker';

const fromHere = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const workflowsPath = fromHere('../../workflows');
/**
 * Without extension: the source and the emitted file are found alike. Only the workflow needs it,
 * because only there a payload may come from a hand that nobody checked.
 */
const payloadConverterPath = fromHere('../../workflows/payload-converter');
const builtBundle = fromHere('../../workflow-bundle.js');

/** The workflow code as one script, and the modules it is made of. */
export async function bundleWorkflows(): Promise<{ code: string; modules: readonly string[] }> {
  const modules: string[] = [];
  const { code } = await bundleWorkflowCode({
    workflowsPath,
    payloadConverterPath,
    // Otherwise every live call has its own copy of each module, which is half of its memory. What
    // is shared must keep nothing; test/replay/module-state.test.ts looks.
    preloadModules: [workflowsPath],
    logger: { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} },
    webpackConfigHook: (config) => ({
      ...config,
      // Line numbers in stack traces without a second copy of every source in each worker's memory.
      devtool: 'inline-nosources-cheap-module-source-map',
      plugins: [
        ...(config.plugins ?? []),
        {
          apply: (compiler) =>
            compiler.hooks.compilation.tap('modules', (compilation) =>
              compilation.hooks.finishModules.tap('modules', (found) => {
                for (const module of found) modules.push(module.identifier());
              }),
            ),
        },
      ],
    }),
  });
  return { code, modules };
}

/** The bundle made at build time, or, run from source, one made now. */
export async function workflowBundle(): Promise<WorkflowBundleOption> {
  if (existsSync(builtBundle)) return { codePath: builtBundle };
  const { code } = await bundleWorkflows();
  return { code };
}
