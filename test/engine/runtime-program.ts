import { NativeConnection, Worker } from '@temporalio/worker';
import { installRuntime } from '../../src/engine/runtime-logger.js';

/** A worker on the address given as argument; prints only what its logger is given, as JSON. */
const line = (level: string) => (fields: object, message: string) =>
  process.stdout.write(`${JSON.stringify({ level, message, ...fields })}\n`);
installRuntime({
  trace: line('trace'),
  debug: line('debug'),
  info: line('info'),
  warn: line('warn'),
  error: line('error'),
});
const connection = await NativeConnection.connect({ address: process.argv[2] ?? '' });
const activities = { nothing: () => Promise.resolve() };
const worker = await Worker.create({ connection, taskQueue: 'quiet', activities });
process.on('SIGTERM', () => line('info')({}, `SIGTERM leaves the worker ${worker.getState()}`));
process.on('SIGINT', () => worker.shutdown());
await worker.run();
await connection.close();
line('info')({}, 'over');
