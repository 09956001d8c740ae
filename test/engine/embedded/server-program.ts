import {
  type EmbeddedServerOptions,
  startEmbeddedServer,
} from '../../../src/engine/embedded/server.js';

/** Starts an embedded server as told by JSON, prints its process id, and stays until it is killed. */
const options = JSON.parse(process.argv[2] ?? '') as Omit<EmbeddedServerOptions, 'progress'>;
const server = await startEmbeddedServer({ ...options, progress: () => undefined });
console.log(server.pid);
setInterval(() => undefined, 60_000);
