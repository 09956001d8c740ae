import { createServer } from 'node:net';

const LOOPBACK = '127.0.0.1';

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, LOOPBACK, () => {
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : port;
      server.close(() => resolve(bound));
    });
  });
}

/**
 * The port itself, or any free one for 0.
 * @throws Error naming the port and the variable that changes it
 */
export async function claimPort(port: number, variable: string): Promise<number> {
  try {
    return await listenOnce(port);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Port ${port} cannot be used (${reason}): set ${variable} to another port`);
  }
}
