import { chmod, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflows } from '../engine/bundle.js';

const MAX_BYTES = 1_800_000;

const { code, modules } = await bundleWorkflows();
const zod = modules.filter((module) => /node_modules\/zod\//.test(module));
const bytes = Buffer.byteLength(code);

if (modules.length === 0) throw new Error('no module was bundled');
if (zod.length > 0) throw new Error(`zod must not be in the workflow bundle: ${zod[0]}`);
if (bytes > MAX_BYTES) throw new Error(`the workflow bundle has ${bytes} bytes of ${MAX_BYTES}`);

// npm makes a program executable when it links it, not when it is built again later.
await chmod(fileURLToPath(new URL('./switchyard.js', import.meta.url)), 0o755);
await writeFile(fileURLToPath(new URL('../../workflow-bundle.js', import.meta.url)), code);
process.stdout.write(`workflow bundle: ${bytes} bytes, ${modules.length} modules, no zod\n`);
