import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { freePort } from '../support/free-port.js';
import {
  type Finished,
  startServing,
  type Workplace,
  workplaceInUse,
} from '../support/workplace.js';

const KEYS = {
  AUTH_JWT_SECRET: 'a secret for tests, long enough for HS256',
  TRTC_SDK_APP_ID: '1400000001',
  TRTC_SECRET_KEY: 'a key for tests',
};

async function workplace(): Promise<Workplace> {
  const place = await workplaceInUse();
  onTestFinished(() => place.remove());
  return place;
}

/** Somebody else's server, on the port of this address. */
async function occupy(address: string): Promise<void> {
  const server = createServer((socket) => socket.destroy());
  server.listen(Number(address.split(':').at(-1)), '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
}

const refusal = ({ code, stderr }: Finished) => ({ code, stderr });
const inOneLine = (text: string) => ({ code: 1, stderr: `switchyard: ${text}\n` });

it('says in one line that the port of the API is taken, and stops what it had started', async () => {
  const place = await workplace();
  await occupy(place.apiUrl);

  const where = place.apiUrl.replace('http://', '');
  expect(refusal(await place.run(['start']))).toEqual(
    inOneLine(`cannot listen on ${where}: the port is taken; set PORT to a free one`),
  );
  expect(await place.temporalServer()).toBeUndefined();
});

it.each([
  ['Temporal', 'TEMPORAL_EMBEDDED_PORT', (place: Workplace) => place.temporalAddress],
  ['the Temporal UI', 'TEMPORAL_EMBEDDED_UI_PORT', (place: Workplace) => place.uiUrl],
])('says in one line that the port of %s is taken', async (_, variable, addressOf) => {
  const place = await workplace();
  const address = addressOf(place);
  await occupy(address);
  const port = address.split(':').at(-1);

  expect(refusal(await place.run(['start']))).toEqual(
    inOneLine(
      `Port ${port} cannot be used (listen EADDRINUSE: address already in use 127.0.0.1:${port}): set ${variable} to another port`,
    ),
  );
  expect(await place.temporalServer()).toBeUndefined();
});

it('says in one line that its folder cannot be written', async () => {
  const place = await workplace();
  const file = join(place.folder, 'a-file');
  await writeFile(file, '');
  const below = join(file, 'data');

  expect(refusal(await place.run(['start'], { SWITCHYARD_DIR: below }))).toEqual(
    inOneLine(
      `${below} cannot be written (ENOTDIR: not a directory, mkdir '${below}/lock'): set SWITCHYARD_DIR to another folder`,
    ),
  );
});

it('refuses a second copy in the same folder in one line, and leaves the first alone', async () => {
  const place = await workplace();
  const first = await startServing(place);

  const free = { PORT: String(await freePort()) };
  expect(refusal(await place.run(['start'], free))).toEqual(
    inOneLine(
      `.switchyard is in use by process ${first.pid}: stop it, or set SWITCHYARD_DIR to another folder`,
    ),
  );
  expect((await fetch(`${place.apiUrl}/readyz`)).status).toBe(200);
});

it.each(['start', 'serve', 'token --user 1'])('lists all wrong settings of `%s`', async (line) => {
  const place = await workplace();
  const settings = { ...KEYS, PORT: 'http', LOG_LEVEL: 'loud', RATE_LIMIT_PER_SECOND: '0' };
  const { code, stdout, stderr } = await place.run(line.split(' '), settings);

  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr.split('\n').map((each) => each.split(':')[0])).toEqual([
    'switchyard',
    '  PORT',
    '  LOG_LEVEL',
    '  RATE_LIMIT_PER_SECOND',
    '',
  ]);
});

it.each(['api', 'worker'])('refuses `%s` without a database that two can share', async (role) => {
  const place = await workplace();

  expect(refusal(await place.run([role], KEYS))).toEqual(
    inOneLine(
      `wrong settings\n  DATABASE_URL: needed by \`switchyard ${role}\`, because two processes cannot share the embedded store`,
    ),
  );
});

it('reads settings from .env of its folder, after those of the environment', async () => {
  const place = await workplace();
  await writeFile(join(place.folder, '.env'), 'RATE_LIMIT_PER_SECOND=many\nLOG_LEVEL=loud\n');
  const { code, stderr } = await place.run(['token', '--user', '1'], { LOG_LEVEL: 'info' });

  expect(code).toBe(1);
  expect(stderr).toContain('  RATE_LIMIT_PER_SECOND: ');
  expect(stderr).not.toContain('LOG_LEVEL');
});

it('refuses `serve` without keys, naming both kinds', async () => {
  const place = await workplace();

  expect(refusal(await place.run(['serve']))).toEqual(
    inOneLine(
      'wrong settings\n  AUTH_JWT_SECRET or AUTH_JWT_PUBLIC_KEY: needed to verify tokens\n  TRTC_SDK_APP_ID, TRTC_SECRET_KEY: needed to mint RTC tokens',
    ),
  );
});

it('says in one line that no Temporal server answers', async () => {
  const place = await workplace();
  const address = `127.0.0.1:${await freePort()}`;
  const { code, stderr } = await place.run(['serve'], { ...KEYS, TEMPORAL_ADDRESS: address });

  expect(code).toBe(1);
  expect(stderr).toMatch(
    new RegExp(
      `^switchyard: Temporal at ${address} cannot be reached within 20 s \\(.+\\): check TEMPORAL_ADDRESS\n$`,
    ),
  );
});
