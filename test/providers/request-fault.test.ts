import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { errors, Pool } from 'undici';
import { expect, it, onTestFinished } from 'vitest';
import { requestFaultOf } from '../../src/providers/request-fault.js';

/** What undici rejects with when this server, if any, is asked. */
async function rejection(
  origin: string,
  options: { readonly signal?: AbortSignal; readonly connect?: object } = {},
): Promise<unknown> {
  const { signal, connect } = options;
  const pool = new Pool(origin, connect === undefined ? {} : { connect });
  onTestFinished(() => pool.destroy());
  const request = { method: 'POST' as const, path: '/', body: 'x', ...(signal && { signal }) };
  return pool.request(request).then(
    () => expect.fail('was answered'),
    (error: unknown) => error,
  );
}

async function listening(onConnection: (socket: Socket) => void): Promise<Server> {
  const server = createServer(onConnection).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return server;
}

const portOf = (server: Server): number => (server.address() as { port: number }).port;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

it('says of a refused connection that nothing was sent, by undici and by fetch', async () => {
  const origin = `http://127.0.0.1:${await freePort()}`;
  expect(requestFaultOf(await rejection(origin))).toBe('not-sent');
  const fetched = await fetch(origin).catch((error: unknown) => error);
  expect(requestFaultOf(fetched)).toBe('not-sent');
});

it('says so of a host of several addresses that all refuse', async () => {
  const origin = `http://both.invalid:${await freePort()}`;
  const everywhere = [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ];
  const lookup = (_host: string, _options: object, told: (e: null, found: object) => void) =>
    told(null, everywhere);
  const error = await rejection(origin, { connect: { lookup, autoSelectFamily: true } });
  expect(error).toBeInstanceOf(AggregateError);
  expect(requestFaultOf(error)).toBe('not-sent');
});

it('says so of a name that nobody knows', async () => {
  expect(requestFaultOf(await rejection('http://nobody.invalid'))).toBe('not-sent');
});

it('says so of a connection that did not open within its bound', () => {
  expect(requestFaultOf(new errors.ConnectTimeoutError())).toBe('not-sent');
});

it('calls a connection that breaks after the request left just that', async () => {
  const server = await listening((socket) => socket.once('data', () => socket.destroy()));
  const error = await rejection(`http://127.0.0.1:${portOf(server)}`);
  expect(requestFaultOf(error)).toBe('connection');
});

it('calls one that is reset while the request is read the same', async () => {
  const server = await listening((socket) => socket.once('data', () => socket.resetAndDestroy()));
  const error = await rejection(`http://127.0.0.1:${portOf(server)}`);
  expect(requestFaultOf(error)).toBe('connection');
});

it('tells silence until our deadline apart, which may have been heard', async () => {
  const server = await listening((socket) => socket.on('error', () => undefined));
  const error = await rejection(`http://127.0.0.1:${portOf(server)}`, {
    signal: AbortSignal.timeout(100),
  });
  expect(requestFaultOf(error)).toBe('timeout');
});

it('believes that nothing left of no error that it does not know', () => {
  const mixed = new AggregateError([
    Object.assign(new Error('a'), { syscall: 'connect' }),
    Object.assign(new Error('b'), { syscall: 'write' }),
  ]);
  for (const error of [mixed, new AggregateError([]), new errors.SocketError(), 'text', null]) {
    expect(requestFaultOf(error)).toBe('connection');
  }
});
