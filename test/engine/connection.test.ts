import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type ConnectOptions, connect } from '../../src/engine/connection.js';
import { freePort } from '../support/free-port.js';
import { type TestServer, temporalServer } from '../support/temporal-server.js';
import { timed } from '../support/timed.js';

let server: TestServer;
beforeAll(async () => {
  server = await temporalServer({ namespace: 'second' });
}, 1_200_000);
afterAll(() => server?.stop());

async function connected(options: ConnectOptions) {
  const engine = await connect(options);
  onTestFinished(() => engine.connection.close());
  return engine;
}

/** What it said, and how long it took while this process could run. */
async function told(options: ConnectOptions): Promise<{ message: string; ms: number }> {
  const said = connect(options).then(
    () => 'connected',
    (error: Error) => error.message,
  );
  const { answer: message, ms, slackMs } = await timed(said);
  return { message, ms: ms - slackMs };
}

describe('connect', () => {
  it('gives client and worker one connection, to the address and namespace of the environment', async () => {
    const env = { TEMPORAL_ADDRESS: server.address, TEMPORAL_NAMESPACE: 'second' };
    const engine = await connected({ env });
    expect(engine).toMatchObject({ address: server.address, namespace: 'second' });
    expect(engine.client.connection).toBe(engine.connection);
    expect(engine.client.options.namespace).toBe('second');
  });

  it('takes blank values for unset', async () => {
    const env = { TEMPORAL_ADDRESS: server.address, TEMPORAL_NAMESPACE: '', TEMPORAL_API_KEY: '' };
    expect((await connected({ env })).namespace).toBe('default');
  });

  it('uses neither address, TLS nor key of the environment for the embedded server', async () => {
    const env = { TEMPORAL_ADDRESS: 'elsewhere:7233', TEMPORAL_TLS: 'true', TEMPORAL_API_KEY: 'k' };
    const engine = await connected({ env, embeddedAddress: server.address });
    expect(engine).toMatchObject({ address: server.address, namespace: 'default' });
  });

  it('speaks TLS when the environment says so', async () => {
    const env = { TEMPORAL_ADDRESS: server.address, TEMPORAL_TLS: 'true' };
    expect((await told({ env, timeoutMs: 500 })).message).toMatch(/cannot be reached within 0.5 s/);
  });

  it('waits for a server that comes up later', async () => {
    const late = await temporalServer();
    onTestFinished(() => late.stop());
    await late.kill();
    const connecting = connected({ env: { TEMPORAL_ADDRESS: late.address }, timeoutMs: 90_000 });
    await sleep(1_000);
    await late.restart();
    expect((await connecting).address).toBe(late.address);
  });

  it('gives up on a server that is not there, in time and in one line', async () => {
    const env = { TEMPORAL_ADDRESS: `127.0.0.1:${await freePort()}` };
    const { message, ms } = await told({ env, timeoutMs: 3_000 });
    expect(message).toMatch(
      /^Temporal at 127.0.0.1:\d+ cannot be reached within 3 s \(.*\): check TEMPORAL_ADDRESS$/,
    );
    expect(message).toContain('Connection refused');
    expect(ms).toBeLessThan(8_000);
  });

  it('gives up on a server that accepts and stays silent', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    onTestFinished(() => void silent.close());
    const bound = silent.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
    const env = { TEMPORAL_ADDRESS: `127.0.0.1:${port}` };
    const { message, ms } = await told({ env, timeoutMs: 1_000 });
    expect(message).toContain('cannot be reached within 1 s (no answer)');
    expect(ms).toBeLessThan(3_000);
  });

  it('says at once that a namespace does not exist, or that an address is none', async () => {
    const env = { TEMPORAL_ADDRESS: server.address, TEMPORAL_NAMESPACE: 'absent' };
    const absent = await told({ env });
    expect(absent.message).toBe(
      `Temporal at ${server.address} has no namespace "absent": create it or set TEMPORAL_NAMESPACE`,
    );
    const nonsense = await told({ env: { TEMPORAL_ADDRESS: 'not an address' } });
    expect(nonsense.message).toBe('TEMPORAL_ADDRESS=not an address cannot be used');
    expect(absent.ms + nonsense.ms).toBeLessThan(8_000);
  });
});
