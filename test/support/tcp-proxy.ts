import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** How often each fault fired since the proxy was started. */
export interface FaultCounts {
  readonly delayedBytes: number;
  readonly swallowedBytes: number;
  readonly resetConnections: number;
  /** Connections that were accepted and never heard of again. */
  readonly silentConnections: number;
  /** Connections of which one direction died, unnoticed by both ends. */
  readonly halfOpenConnections: number;
}

/** A way to one server that can go wrong as networks do. A new fault takes the place of the last. */
export interface TcpProxy {
  readonly port: number;
  readonly address: string;
  /** What comes in is passed on so much later, in its order, in both directions. */
  delay(drawMs: () => number): void;
  /** RST for every connection, and for new ones. */
  reset(): void;
  /**
   * Nothing passes, nothing is closed, and connections are accepted in silence. One that lost bytes
   * stays silent for good: TCP never delivers a stream with a hole.
   */
  swallow(): void;
  /** Of the connections there are now, one loses its answers, the next its requests, for good. */
  halve(): void;
  heal(): void;
  counts(): FaultCounts;
  close(): Promise<void>;
}

type Mode = 'pass' | 'delay' | 'reset' | 'swallow';

/** One direction of a connection. */
interface Way {
  readonly from: Socket;
  readonly to: Socket;
  /** Bytes were lost here, so no later ones may pass. */
  dead: boolean;
  passUntil: number;
}

type Connection = readonly [requests: Way, answers: Way];

const wayOf = (from: Socket, to: Socket): Way => ({ from, to, dead: false, passUntil: 0 });

export async function startTcpProxy(target: URL | string): Promise<TcpProxy> {
  const { hostname, port: targetPort } = new URL(target);
  const counts = { delayedBytes: 0, swallowedBytes: 0, resetConnections: 0 };
  const more = { silentConnections: 0, halfOpenConnections: 0 };
  const sockets = new Set<Socket>();
  const connections = new Set<Connection>();
  let mode: Mode = 'pass';
  let latency = () => 0;

  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket
      .setNoDelay(true)
      .on('error', () => undefined)
      .on('close', () => sockets.delete(socket));
  };
  const pass = (way: Way, connection: Connection, bytes: Buffer): void => {
    if (mode === 'swallow') for (const each of connection) each.dead = true;
    if (way.dead) {
      counts.swallowedBytes += bytes.length;
      return;
    }
    if (mode === 'delay') counts.delayedBytes += bytes.length;
    afterDelay(way, () => way.to.write(bytes));
  };
  const afterDelay = (way: Way, work: () => void): void => {
    const now = performance.now();
    way.passUntil = Math.max(way.passUntil, now + (mode === 'delay' ? latency() : 0));
    if (way.passUntil <= now) work();
    else setTimeout(work, way.passUntil - now);
  };
  const forward = (way: Way, connection: Connection): void => {
    way.from.on('data', (bytes: Buffer) => pass(way, connection, bytes));
    way.from.on('close', () => {
      connections.delete(connection);
      // An end that cannot be heard of leaves the other one open.
      if (way.dead || mode === 'swallow') return;
      afterDelay(way, () => way.to.destroySoon());
    });
  };
  const resetAll = (): void => {
    for (const [{ from, to }] of connections) {
      counts.resetConnections += 1;
      from.resetAndDestroy();
      to.resetAndDestroy();
    }
    connections.clear();
  };

  const server = createServer((client) => {
    keep(client);
    if (mode === 'reset') {
      counts.resetConnections += 1;
      client.resetAndDestroy();
      return;
    }
    if (mode === 'swallow') {
      more.silentConnections += 1;
      client.on('data', (bytes: Buffer) => {
        counts.swallowedBytes += bytes.length;
      });
      return;
    }
    const upstream = keep(connect(Number(targetPort), hostname));
    const connection = [wayOf(client, upstream), wayOf(upstream, client)] as const;
    connections.add(connection);
    for (const way of connection) forward(way, connection);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const own = server.address();
  if (own === null || typeof own === 'string') throw new Error('no port was given');
  return {
    port: own.port,
    address: `127.0.0.1:${own.port}`,
    delay(drawMs) {
      mode = 'delay';
      latency = drawMs;
    },
    reset() {
      mode = 'reset';
      resetAll();
    },
    swallow() {
      mode = 'swallow';
    },
    halve() {
      mode = 'pass';
      for (const [requests, answers] of connections) {
        const way = more.halfOpenConnections % 2 === 0 ? answers : requests;
        way.dead = true;
        more.halfOpenConnections += 1;
      }
    },
    heal() {
      mode = 'pass';
    },
    counts: () => ({ ...counts, ...more }),
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The same server as seen through the proxy. */
export function through(proxy: TcpProxy, url: string): string {
  const seen = new URL(url);
  seen.hostname = '127.0.0.1';
  seen.port = String(proxy.port);
  return seen.href;
}
