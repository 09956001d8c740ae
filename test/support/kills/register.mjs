import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

/** Loaded into the product by NODE_OPTIONS; the threads of its workflows are left as they are. */
if (isMainThread) register('./hooks.mjs', import.meta.url);
