import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';
import { startDraining } from './draining.js';

export interface Listening {
  readonly url: string;
  /**
   * Stops accepting, lets running requests finish, and cuts what still runs after `graceMs`.
   * Calling it again waits for the same end.
   */
  close(graceMs: number): Promise<void>;
}

/** Longer than a load balancer keeps its side open, so that it never writes into a closing socket. */
const KEEP_ALIVE_MS = 65_000;
const SWEEP_MS = 20;

/** @throws Error in one line naming host, port and PORT when the address cannot be had. */
export async function listen(
  app: Express,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Listening> {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, app);
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new Error(whyNotListening(error as NodeJS.ErrnoException, `${host}:${port}`));
  }
  let closed: Promise<void> | undefined;
  return {
    url: urlOf(server.address() as AddressInfo),
    close(graceMs) {
      closed ??= drain(app, server, graceMs);
      return closed;
    },
  };
}

async function drain(app: Express, server: Server, graceMs: number): Promise<void> {
  startDraining(app);
  const closed = once(server, 'close');
  server.close();
  // A kept-alive connection turns idle only when its answer is out: it is looked for until then.
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
  const bound = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(bound);
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

const REMEDIES: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is taken; set PORT to a free one',
  EACCES: 'not permitted; set PORT to one above 1023',
  EADDRNOTAVAIL: 'this machine has no such address; set HOST, and PORT if needed',
  ENOTFOUND: 'no such host; set HOST, and PORT if needed',
};

function whyNotListening({ code, message }: NodeJS.ErrnoException, where: string): string {
  return `cannot listen on ${where}: ${REMEDIES[code ?? ''] ?? `${message}; check HOST and PORT`}`;
}
