import { chmod, cp, mkdtemp, rm, stat } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { PROJECT } from '../support/built-product.js';
import { runProgram } from '../support/running-program.js';
import { startServing, type Workplace, workplaceInUse } from '../support/workplace.js';

let place: Workplace;

beforeAll(async () => {
  place = await workplaceInUse();
  await startServing(place);
});
afterAll(() => place?.remove());

const ONE_JWT = /^[\w-]+\.[\w-]+\.[\w-]+\n$/;

async function ringing(token: string, headers: Readonly<Record<string, string>> = {}) {
  const answer = await fetch(`${place.apiUrl}/api/calls/ringing`, {
    headers: { authorization: `Bearer ${token.trim()}`, ...headers },
  });
  return { status: answer.status, ...((await answer.json()) as { code: number }) };
}

it('prints one JWT and nothing else, which the running API accepts', async () => {
  const printed = await place.run(['token', '--user', '10001']);

  expect(printed).toEqual({
    code: 0,
    signal: null,
    stdout: expect.stringMatching(ONE_JWT),
    stderr: '',
  });
  expect(await ringing(printed.stdout)).toMatchObject({ status: 200, code: 0 });
});

it('prints a token of a backend, which needs to say whom it acts for', async () => {
  const { stdout } = await place.run(['token', '--user', 'backend', '--service']);

  expect(stdout).toMatch(ONE_JWT);
  expect(await ringing(stdout, { 'x-acting-user': '10001' })).toMatchObject({ code: 0 });
  expect(await ringing(stdout)).toMatchObject({ status: 400, code: 40001 });
});

it('prints a token of a user, who cannot act for others', async () => {
  const { stdout } = await place.run(['token', '--user', '10001']);

  expect(await ringing(stdout, { 'x-acting-user': '20002' })).toMatchObject({ code: 40101 });
});

it('prints a token that ends when it was asked to', async () => {
  const { stdout } = await place.run(['token', '--user', '10001', '--ttl', '60']);
  const claims = JSON.parse(Buffer.from(stdout.split('.')[1] ?? '', 'base64url').toString()) as {
    iat: number;
    exp: number;
  };

  expect(claims.exp - claims.iat).toBe(60);
});

it.each([
  ['no user id', ['--user', 'alice'], '--user: not a user id'],
  ['no time', ['--user', '10001', '--ttl', 'soon'], '--ttl: not seconds'],
])('refuses %s in a line', async (_, args, why) => {
  expect(await place.run(['token', ...args])).toEqual({
    code: 1,
    signal: null,
    stdout: '',
    stderr: `switchyard: wrong settings\n  ${why}\n`,
  });
});

it('says what to do where no start ever made a key', async () => {
  const elsewhere = { SWITCHYARD_DIR: 'empty' };

  expect(await place.run(['token', '--user', '10001'], elsewhere)).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('AUTH_JWT_SECRET: needed to sign; run `switchyard start` once'),
  });
});

it('is found by npx in the project', async () => {
  const running = await runProgram(['npx', 'switchyard', 'token', '--user', '10001'], {
    cwd: PROJECT,
    env: { ...place.env, SWITCHYARD_DIR: place.dataFolder },
  });

  expect(await running.ended()).toEqual({ code: 0, signal: null });
  expect(running.stdout()).toMatch(ONE_JWT);
  expect(await ringing(running.stdout())).toMatchObject({ code: 0 });
});

it('can be executed after a repeated build, too: npm sees to it only when it links', async () => {
  const copy = await mkdtemp(`${PROJECT}dist/again-`);
  onTestFinished(() => rm(copy, { recursive: true }));
  for (const part of ['src', 'workflows', 'activities']) {
    await cp(`${PROJECT}dist/${part}`, `${copy}/${part}`, { recursive: true });
  }
  await chmod(`${copy}/src/bin/switchyard.js`, 0o644);
  const build = await runProgram([process.execPath, `${copy}/src/bin/build-bundle.js`], {
    cwd: PROJECT,
    env: place.env,
  });

  expect(await build.ended()).toEqual({ code: 0, signal: null });
  expect((await stat(`${copy}/src/bin/switchyard.js`)).mode & 0o111).toBe(0o111);
});
