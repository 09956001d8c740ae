import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { BroadcastChannel, isMainThread } from 'node:worker_threads';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

/** Every thread has a heap of its own; a signal reaches only the first one. */
const threads = new BroadcastChannel('collect-garbage');
threads.onmessage = () => collect();
threads.unref();

if (isMainThread) {
  process.on('SIGUSR2', () => {
    collect();
    threads.postMessage('now');
  });
}
