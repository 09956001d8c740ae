import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';

export const workflowsPath = fileURLToPath(new URL('../../workflows', import.meta.url));
/** Without extension: the source and the emitted file are found alike. */
export const payloadConverterPath = fileURLToPath(
  new URL('../../workflows/payload-converter', import.meta.url),
);

/** The workflow code as one script, as the worker runs it. */
export async function bundleWorkflows(): Promise<string> {
  const { code } = await bundleWorkflowCode({ workflowsPath, payloadConverterPath });
  return code;
}
