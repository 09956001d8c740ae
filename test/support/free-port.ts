import { createServer } from 'node:net';

/**
 * Below the ports that a kernel gives away (from 32768 on Linux, 49152 on macOS): one of those could
 * become anybody's connection between our look and the server that is to listen on it. Temporal's
 * own server could not use them either: it keeps its ports in 16 bits with a sign.
 */
const FIRST = 12_000;
const SHARE = 1_000;
const SHARES = 20;

/** Processes that look at the same time each have a share of their own, by the runner's count of them. */
const share = Number(process.env.VITEST_POOL_ID ?? process.pid) % SHARES;
/** Another run of the tests is likely to be elsewhere in its share. */
let next = Math.floor(Math.random() * SHARE);

/** A loopback port nobody listens on, never given twice in a row by one process. */
export async function freePort(): Promise<number> {
  for (let looked = 0; looked < SHARE; looked += 1) {
    const port = FIRST + share * SHARE + (next % SHARE);
    next += 1;
    if (await isFree(port)) return port;
  }
  throw new Error(`no port is free from ${FIRST + share * SHARE} on`);
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
