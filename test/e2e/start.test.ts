import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAlive } from '../../src/engine/embedded/end-process.js';
import { paste } from '../support/pasted-shell.js';
import type { RunningProgram } from '../support/running-program.js';
import { timed } from '../support/timed.js';
import { createWorkplace, startEverything, type Workplace } from '../support/workplace.js';
import { type ToldScene, toldScenes } from './told-scenes.js';

let place: Workplace;
let product: RunningProgram;
let startMs: number;
let scenes: readonly ToldScene[];

beforeAll(async () => {
  place = await createWorkplace();
  ({ answer: product, ms: startMs } = await timed(startEverything(place)));
  scenes = toldScenes(product.stdout());
});
afterAll(() => place?.remove());

const toldIn = (title: string): string[] =>
  (scenes.find((scene) => scene.title === title)?.steps ?? []).map(
    ({ what, told }) => `${what}: ${told}`,
  );

describe('the calls a start plays', () => {
  it('plays eleven scenes', () => {
    expect(scenes.map(({ title }) => title)).toEqual([
      'Answered and hung up',
      'Rejected',
      'Cancelled by the caller',
      'Not answered within 2 s',
      'Two terminals accept at the same instant',
      'The callee is busy',
      'A robot calls through Tencent, and is answered',
      'A robot call is ended while it rings',
      'A robot plays a stream to a group',
      'A phone call whose provider takes its time',
      'A phone call is cancelled while it rings',
    ]);
  });

  it('shows a call answered and hung up', () => {
    expect(toldIn('Answered and hung up')).toEqual([
      'caller calls callee: call 1 rings for 30 s',
      'callee accepts: accepted, version 2',
      'caller has joined the room: ongoing, version 3',
      'callee has joined the room: ongoing, version 4',
      'caller hangs up: ended, version 5, local_hangup',
    ]);
  });

  it('shows a phone call at each of its stages, and one that is cancelled', () => {
    expect(toldIn('A phone call whose provider takes its time')).toEqual([
      'caller rings the phone of callee: success',
      'the provider has not answered: stateType 1, asked for',
      'the phone of caller rings: stateType 2, rings',
      'both have answered: stateType 3, talks',
      'callee hangs up: stateType 4, over',
    ]);
    expect(toldIn('A phone call is cancelled while it rings')).toEqual([
      'caller rings the phone of other: success',
      'caller cancels: success',
      'and asks: stateType 4, over',
    ]);
  });

  it('shows a call rejected and a call cancelled', () => {
    expect(toldIn('Rejected')).toEqual([
      'caller calls callee: call 2 rings for 30 s',
      'callee rejects: rejected, version 2, user_reject',
    ]);
    expect(toldIn('Cancelled by the caller')).toEqual([
      'caller calls callee: call 3 rings for 30 s',
      'caller cancels: cancelled, version 2, caller_cancel',
    ]);
  });

  it('shows a call that nobody answers, ended when its ring time is over', () => {
    const [, nobody] = scenes[3]?.steps ?? [];

    expect(toldIn('Not answered within 2 s')).toEqual([
      'caller calls callee: call 4 rings for 2 s',
      'nobody answers: ended, version 2, no_answer_timeout',
    ]);
    expect(nobody?.milliseconds).toBeGreaterThan(1_000);
    expect(nobody?.milliseconds).toBeLessThan(15_000);
  });

  it('shows two terminals accepting at once, of which exactly one wins', () => {
    const [dialled, ...rest] = toldIn('Two terminals accept at the same instant');

    expect(dialled).toBe('caller calls callee: call 5 rings for 30 s');
    expect(rest).toHaveLength(3);
    expect(new Set(rest.slice(0, 2).map((line) => line.split(': ')[1]))).toEqual(
      new Set(['41006 已被其他终端接听', 'accepted, version 2']),
    );
    expect(rest[2]).toBe('callee hangs up: ended, version 3, local_hangup');
  });

  it('shows a callee who is busy', () => {
    expect(toldIn('The callee is busy')).toEqual([
      'caller calls callee: call 6 rings for 30 s',
      'other calls callee too: 41003 对方忙线',
      'caller cancels: cancelled, version 2, caller_cancel',
    ]);
  });

  it('shows a robot call that is answered, and one that is ended while it rings', () => {
    const callId = expect.stringMatching(/^robot calls jack: [0-9a-f-]{36}$/);
    expect(toldIn('A robot calls through Tencent, and is answered')).toEqual([
      callId,
      'jack answers: robot Calling, jack Calling',
      expect.stringMatching(/^jack hangs up: 101004 /),
    ]);
    expect(toldIn('A robot call is ended while it rings')).toEqual([
      callId,
      'who is in it: robot Calling, jack Waiting',
      'the backend ends it: OK',
      expect.stringMatching(/^and asks for it: 101004 /),
    ]);
  });

  it('shows a group that hears a stream: one answers, one does not, and nothing plays on', () => {
    expect(toldIn('A robot plays a stream to a group')).toEqual([
      expect.stringMatching(/^robot calls ann and bob: [0-9a-f-]{36}$/),
      'ann answers, bob does not: robot Calling, ann Calling, bob Waiting',
      expect.stringMatching(/^the stream is heard to its end: 101004 /),
      'its record: MultiCall, NormalEnd',
    ]);
    expect(product.stdout()).toContain('streams that still play: 0');
  });

  it('shows what every device and a backend heard of it', () => {
    const heardIn = (title: string): string[] => {
      const [, rest = ''] = product.stdout().split(`\n${title}\n`);
      const [scene = ''] = rest.split('\n\n');
      return [...scene.matchAll(/^ {2}(\S+) heard +(.+)$/gm)].map(
        ([, who, what]) => `${who}: ${what}`,
      );
    };
    expect(heardIn('Answered and hung up')).toEqual([
      'caller-phone: accepted, ongoing, party_changed, ended',
      'callee-phone: incoming, accepted, ongoing, party_changed, ended',
      'callee-tablet: incoming, ringing_stopped (answered_elsewhere), accepted, ongoing, party_changed, ended',
      'backend: incoming, ringing_stopped (answered_elsewhere), accepted, ongoing, party_changed, ended',
    ]);
    expect(heardIn('Cancelled by the caller')).toEqual([
      'caller-phone: ended',
      'callee-phone: incoming, ringing_stopped (cancelled), ended',
      'callee-tablet: incoming, ringing_stopped (cancelled), ended',
      'backend: incoming, ringing_stopped (cancelled), ended',
    ]);
    expect(heardIn('The callee is busy').at(-1)).toBe(
      'backend: call 6: incoming, ringing_stopped (cancelled), ended; call 7: ended',
    );
    expect(heardIn('A robot call is ended while it rings').at(-1)).toMatch(/^backend: .*ended$/);
  });

  it('links every call to the Temporal UI, where it is found', async () => {
    const links = scenes.flatMap((scene) => scene.links);
    const search = `${place.uiUrl}/namespaces/default/workflows?query=ProviderCallId`;
    const page = await fetch(links[0] ?? '');
    const workflow = await fetch(`${place.uiUrl}/api/v1/namespaces/default/workflows/call-1`);

    expect(links).toEqual([
      ...[1, 2, 3, 4, 5, 6].map((id) => `${place.uiUrl}/namespaces/default/workflows/call-${id}`),
      expect.stringContaining(search),
      expect.stringContaining(search),
      expect.stringContaining(search),
      expect.stringContaining(`${place.uiUrl}/namespaces/default/workflows/call-`),
      expect.stringContaining(`${place.uiUrl}/namespaces/default/workflows/call-`),
    ]);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(await workflow.json()).toMatchObject({
      workflowExecutionInfo: {
        execution: { workflowId: 'call-1' },
        status: 'WORKFLOW_EXECUTION_STATUS_COMPLETED',
      },
    });
  });
});

describe('the summary of a start', () => {
  const summary = (): string => product.stdout().split('\nAPI          ')[1] ?? '';

  it('says where API, docs, UI, Temporal and log are', async () => {
    const docs = await fetch(`${place.apiUrl}/docs`);

    expect(`API          ${summary()}`).toContain(
      [
        `API          ${place.apiUrl}`,
        `Docs         ${place.apiUrl}/docs`,
        `Temporal UI  ${place.uiUrl}`,
        `Temporal     ${place.temporalAddress}`,
        'Log          .switchyard/switchyard.log',
      ].join('\n'),
    );
    expect(docs.status).toBe(200);
  });

  it('has lines that make a call when they are pasted into a shell as they are', async () => {
    const lines = summary().slice(summary().indexOf('\n#'));
    const { stdout } = await paste(lines, { cwd: place.folder, env: place.env });
    const answers = stdout.split('\n').filter((line) => line.startsWith('{'));

    expect(answers.map((line) => JSON.parse(line))).toMatchObject([
      { code: 0, data: { status: 'calling', caller_uid: '10001', version: 1 } },
      { code: 0, data: { status: 'accepted', callee_uid: '20002', version: 2 } },
      { code: 0, data: { status: 'ended', end_reason: 'local_hangup', version: 3 } },
    ]);
  });

  it('has a token for a backend that acts for users', async () => {
    const token = /^BACKEND=(\S+)$/m.exec(summary())?.[1];
    const headers = { authorization: `Bearer ${token}`, 'x-acting-user': '10001' };
    const ringing = async () =>
      (await fetch(`${place.apiUrl}/api/calls/ringing`, { headers })).json();

    await expect.poll(ringing).toMatchObject({ code: 0, data: { calls: [] } });
  });

  it('fits on one screen, and the product stays up after it', async () => {
    const printed = product.stdout();
    await sleep(1_000);
    const ready = async () => (await fetch(`${place.apiUrl}/readyz`)).json();

    expect(summary().split('\n').length).toBeLessThanOrEqual(24);
    expect(product.stdout()).toBe(printed);
    expect(product.stderr()).toBe('');
    await expect.poll(ready).toEqual({
      status: 'ready',
      checks: { engine: 'ok', store: 'ok', worker: 'ok' },
    });
  });
});

describe('the end of a start', () => {
  it('is clean within seconds of SIGINT, and leaves no Temporal server behind', async () => {
    const temporal = await place.temporalServer();
    product.signal('SIGINT');
    const { answer: ended, ms } = await timed(product.ended());

    expect(ended).toEqual({ code: 0, signal: null });
    // A busy machine is slow in both.
    expect(ms).toBeLessThan(Math.max(8_000, startMs));
    expect(product.stderr()).toBe('');
    expect(product.stdout().trimEnd().split('\n').at(-1)).toBe('Stopping.');
    expect(temporal).toBeDefined();
    expect(temporal && isAlive(temporal)).toBe(false);
  });
});
