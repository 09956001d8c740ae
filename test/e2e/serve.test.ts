import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createClient } from '../../src/client/create-client.js';
import { freePort } from '../support/free-port.js';
import { insistent } from '../support/insist.js';
import { type PostgresServer, startPostgres } from '../support/postgres.js';
import type { RunningProgram } from '../support/running-program.js';
import { type TestServer, temporalServer } from '../support/temporal-server.js';
import { AUTH, userToken } from '../support/tokens.js';
import { createWorkplace, type Workplace } from '../support/workplace.js';
import { beginRequest, postInTwoParts } from './slow-request.js';
import { session } from './users.js';

let temporal: TestServer;
let postgres: PostgresServer;
let place: Workplace;
let settings: Readonly<Record<string, string>>;

beforeAll(async () => {
  [temporal, postgres, place] = await Promise.all([
    temporalServer(),
    startPostgres(),
    createWorkplace(),
  ]);
  settings = {
    DATABASE_URL: await postgres.createDatabase('calls'),
    TEMPORAL_ADDRESS: temporal.address,
    AUTH_JWT_SECRET: AUTH.secret,
    TRTC_SDK_APP_ID: '1400000001',
    TRTC_SECRET_KEY: 'a key for tests',
  };
});
afterAll(async () => {
  await place?.remove();
  await postgres?.remove();
  await temporal?.stop();
});

async function started(role: 'serve' | 'api' | 'worker'): Promise<RunningProgram> {
  const running = await place.start([role], settings);
  onTestFinished(() => running.destroy());
  await running.until(/"msg":"started"/);
  return running;
}

async function endedOn(signal: NodeJS.Signals, running: RunningProgram) {
  running.signal(signal);
  return { ...(await running.ended()), stderr: running.stderr() };
}

const CLEAN = { code: 0, signal: null, stderr: '' };

const user = async (userId: string) =>
  insistent(createClient({ baseUrl: place.apiUrl, token: await userToken(userId) }));

async function fullCall() {
  const [caller, callee] = [await user('10001'), await user('20002')];
  const { call_id } = await caller.createCall(session(20002));
  const id = { callId: Number(call_id) };
  const joined = (terminal_id: string) => ({ terminal_id, stage: 'joined' });
  const steps = [
    await callee.acceptCall(id, { terminal_id: 'phone-2' }),
    await caller.reportMediaState(id, joined('phone-1')),
    await callee.reportMediaState(id, joined('phone-2')),
    await callee.hangupCall(id, { terminal_id: 'phone-2', reason: 'done' }),
  ];
  // The record follows its call.
  await expect.poll(async () => (await caller.getCall(id)).ended_at).not.toBeNull();
  return {
    steps: steps.map(({ status, version }) => `${status} ${version}`),
    end: await caller.getCall(id),
  };
}

const FULL_CALL = {
  steps: ['accepted 2', 'ongoing 3', 'ongoing 4', 'ended 5'],
  end: { status: 'ended', end_cause: 'hangup', end_reason: 'done', ended_by: '20002', version: 5 },
};

describe('serve, on a Temporal server and a PostgreSQL of their own', () => {
  it('carries a call from its creation to its end, and ends on SIGTERM', async () => {
    const serve = await started('serve');

    expect(await fullCall()).toMatchObject(FULL_CALL);
    expect(await endedOn('SIGTERM', serve)).toEqual(CLEAN);
  });

  it('answers what is in flight on SIGTERM, and says first that it is not ready', async () => {
    const serve = await started('serve');
    const caller = await user('10003');
    const { call_id } = await caller.createCall(session(20004));
    const path = `/api/calls/${call_id}/accept`;
    const token = await userToken('20004');
    const [head, body] = postInTwoParts(path, token, { terminal_id: 'phone-2' });
    const accept = await beginRequest(place.apiUrl, head);
    const probe = await beginRequest(place.apiUrl, 'GET /readyz HTTP/1.1\r\nHost: localhost\r\n');

    serve.signal('SIGTERM');
    await serve.until(/"msg":"stopping"/);
    probe.send('\r\n');
    const readiness = await probe.answer();
    accept.send(body);
    const answer = await accept.answer();

    expect(readiness).toMatch(/^HTTP\/1\.1 503 /);
    expect(readiness).toContain('"status":"draining"');
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).toContain('"status":"accepted"');
    expect({ ...(await serve.ended()), stderr: serve.stderr() }).toEqual(CLEAN);
  });

  it('writes no token and no secret to its log', async () => {
    const serve = await started('serve');
    await fullCall();
    await endedOn('SIGTERM', serve);
    const token = await userToken('10001');

    expect(serve.stdout()).toContain('"operation":"acceptCall"');
    expect(serve.stdout()).not.toContain(token.slice(0, 30));
    expect(serve.stdout()).not.toContain(AUTH.secret);
  });

  it('says in one line that its database does not answer', async () => {
    const nobody = `postgres://nobody@127.0.0.1:${await freePort()}/calls`;
    const { code, stderr } = await place.run(['serve'], { ...settings, DATABASE_URL: nobody });

    expect(code).toBe(1);
    expect(stderr).toMatch(/^switchyard: the store does not answer: .*ECONNREFUSED.*\n$/);
  });
});

describe('api and worker as two processes', () => {
  let api: RunningProgram;
  let worker: RunningProgram;

  beforeEach(async () => {
    [api, worker] = await Promise.all([started('api'), started('worker')]);
  });

  it('carry a call together, and each ends on SIGTERM', async () => {
    expect(await fullCall()).toMatchObject(FULL_CALL);
    expect(await endedOn('SIGTERM', api)).toEqual(CLEAN);
    expect(await endedOn('SIGTERM', worker)).toEqual(CLEAN);
  });
});
