import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openPglite } from '../../src/store/pglite.js';
import { readStore } from '../support/kills/kill-audit.js';
import { leftBehind, stillWrong, toldOf, wrongCalls } from '../support/media-matrix/audit.js';
import { ASKED_OF_TRTC, CALLBACKS, drawFaults } from '../support/media-matrix/faults.js';
import { type Played, play, type Scene } from '../support/media-matrix/players.js';
import { relayedCallbacks, wronglyOwed, wronglyRelayed } from '../support/media-matrix/relays.js';
import { described, drawScripts } from '../support/media-matrix/scripts.js';
import { sturdy } from '../support/media-matrix/sturdy.js';
import { runningWorkflows } from '../support/running-workflows.js';
import { runs } from '../support/runs.js';
import { scratchFolder } from '../support/scratch.js';
import { runSeed, seeded } from '../support/seeded.js';
import type { Stack } from '../support/stack.js';
import { startStreamStack } from '../support/tencent.js';
import { CALLBACK_KEY } from '../support/trtc.js';

const SECRET = 'a-secret-of-tests';
/** As the older Call service repeats callbacks that were not taken. */
const AGAIN_AFTER_MS = [0, 1_000, 1_000, 2_000, 3_000, 5_000];
/** One call begins after the other, and they go on together. */
const BEGIN_EACH_MS = 150;
const OVER_WITHIN_MS = 150_000;
const RUN_LIMIT_MS = 600_000;

interface Open extends Scene {
  readonly stack: Stack;
  readonly storeFolder: string;
}

async function open(): Promise<Open> {
  const folder = await scratchFolder();
  const env = {
    SWITCHYARD_DIR: folder,
    TENCENT_CALLBACK_SECRET: SECRET,
    TRTC_CALLBACK_KEY: CALLBACK_KEY,
    TRTC_INGEST_ROOM_ID_TYPE: 'numeric-is-1',
  };
  const opened = await startStreamStack({}, env, { callbackRetryMs: AGAIN_AFTER_MS });
  const { backend, direct, simulator, stack, trtc } = opened;
  const insistent = sturdy(backend);
  const Url = `${stack.url}/webhooks/tencent-call/${SECRET}`;
  await direct.send('call_config/set_callback', { Url, CallbackCommandList: CALLBACKS });
  trtc.control.callBack({ url: `${stack.url}/webhooks/trtc`, how: 'mixed' });
  const connection = await Connection.connect({ address: stack.temporalAddress });
  onTestFinished(() => connection.close());
  const temporal = new Client({ connection, namespace: stack.namespace });
  return { stack, insistent, simulator, trtc, temporal, storeFolder: join(folder, 'store') };
}

/** Nothing is wrong; what is, is in the message. */
const nothingIs = (wrong: readonly string[], seed: number): void =>
  expect(wrong, `seed ${seed}\n${wrong.join('\n')}\n`).toEqual([]);

const seeds = Array.from({ length: runs(1) }, (_, nth) => runSeed() + nth);

describe.each(seeds)('groups, streams and rooms, whatever is lost and fails, seed %i', (seed) => {
  it(
    'leave nothing behind, and are what Tencent says they are',
    async () => {
      const random = seeded(seed);
      const scene = await open();
      const { simulator, trtc } = scene;
      const backend = await relayedCallbacks(scene.insistent, CALLBACKS);
      for (const fault of drawFaults(random)) trtc.control.fault(fault);
      const scripts = drawScripts(random);
      const played = await Promise.all(
        scripts.map(async (script) => {
          await pause(script.nth * BEGIN_EACH_MS);
          return play(scene, script);
        }),
      );

      nothingIs(await stillWrong(() => leftBehind(scene, played), OVER_WITHIN_MS), seed);
      const relayed = () => wronglyRelayed(backend.taken(), simulator.control.ledger(), played);
      nothingIs(await stillWrong(relayed, OVER_WITHIN_MS), seed);
      nothingIs(await wronglyOwed(scene.temporal, simulator.control.ledger(), played), seed);
      await allRecorded(scene);
      await scene.stack.stop();
      process.stdout.write(`${summary(seed, scene, played).join('\n')}\n`);
      const left = await readStore(await openPglite(scene.storeFolder), () => true);
      nothingIs(await wrongCalls(scene, played, left), seed);

      const { told, all } = toldOf(left, scene);
      process.stdout.write(`why somebody was out was told of ${told} of ${all}\n`);
      expect(told).toBeGreaterThan(0);
      const { requests, tasks } = trtc.control.ledger();
      expect(Object.keys(requests).toSorted()).toEqual([...ASKED_OF_TRTC].toSorted());
      const faults = trtc.control.faults();
      const unmet = faults.filter(({ fired }) => fired === 0);
      nothingIs(
        unmet.map(({ fault }) => `never met: ${fault.on} ${fault.kind}`),
        seed,
      );
      expect(new Set(tasks.map(({ endedBy }) => endedBy))).toContain('stop');
    },
    RUN_LIMIT_MS,
  );
});

/** What is told of an end is written a moment after it. */
async function allRecorded({ temporal }: Scene): Promise<void> {
  const live = () => runningWorkflows(temporal, `WorkflowType = 'call'`);
  await expect.poll(live, { timeout: OVER_WITHIN_MS, interval: 500 }).toEqual([]);
}

function summary(seed: number, { simulator, trtc }: Scene, played: readonly Played[]): string[] {
  const { callbacks, calls } = simulator.control.ledger();
  const told = simulator.control.faults().reduce((sum, { fired }) => sum + fired, 0);
  const faults = trtc.control.faults().map(({ fault, fired }) => {
    return `${fault.on} ${fault.kind} ${fault.code ?? ''} ${fired}`;
  });
  const { tasks, callbacks: ofRooms } = trtc.control.ledger();
  const ends = tasks.map(({ endedBy }) => endedBy);
  return [
    `seed ${seed}`,
    ...played.map(({ script }) => described(script)),
    `faults: ${faults.join(', ')}`,
    `${calls.length} calls; callbacks of Tencent ${callbacks.length}, led astray ${told}; of TRTC ${ofRooms.length}`,
    `streams ended by: ${ends.join(', ')}`,
  ];
}
