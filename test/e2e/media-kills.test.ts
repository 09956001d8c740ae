import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { readWhatIsLeft } from '../support/kills/kill-audit.js';
import { leftBehind, stillWrong, wrongCalls } from '../support/media-matrix/audit.js';
import { CALLBACKS } from '../support/media-matrix/faults.js';
import { comesBy, drawPoints, unplanned } from '../support/media-matrix/plan.js';
import { type Played, play } from '../support/media-matrix/players.js';
import { neverCarriedOn, relayedCallbacks } from '../support/media-matrix/relays.js';
import { described, drawScripts, type Script } from '../support/media-matrix/scripts.js';
import { type MortalScene, openMortalScene } from '../support/media-matrix/theatre.js';
import { runningWorkflows } from '../support/running-workflows.js';
import { runs } from '../support/runs.js';
import { runSeed, seeded } from '../support/seeded.js';

/** So many calls are under way while a point waits to be passed. */
const AT_A_TIME = 3;
const ROUNDS = 12;
const LOOK_EVERY_MS = 150;
const REACHED_WITHIN_MS = 90_000;
const OVER_WITHIN_MS = 150_000;
const RUN_LIMIT_MS = 900_000;

const nothingIs = (wrong: readonly string[], seed: number): void =>
  expect(wrong, `seed ${seed}\n${wrong.join('\n')}\n`).toEqual([]);

const seeds = Array.from({ length: runs(1) }, (_, nth) => runSeed() + nth);

describe.each(seeds)(
  'streams, rooms and callbacks of a product that is killed, seed %i',
  (seed) => {
    let scene: MortalScene;
    beforeAll(async () => {
      scene = await openMortalScene(inject('temporalAddress'));
    });
    afterAll(() => scene?.close());

    it(
      'leave nothing behind, wherever it dies, and end once',
      async () => {
        const { product } = scene;
        const random = seeded(seed);
        const points = drawPoints(random, runs(1) > 1);
        const living = product.keepAlive();
        try {
          const backend = await relayedCallbacks(scene.insistent, CALLBACKS);
          const played = await playUntilKilledAt(scene, points, drawScripts(random, ROUNDS));
          const { declared, reached, killed } = await product.points();
          const figures = points.map(
            (point) => `${point}: reached ${reached[point] ?? 0}, killed ${killed[point] ?? 0}`,
          );
          const scripts = played.map(({ script }) => described(script));
          process.stdout.write(`seed ${seed}\n${[...scripts, ...figures].join('\n')}\n`);
          const alive = points.filter((point) => !(point in killed));
          nothingIs([...unplanned(declared), ...alive.map((point) => `not killed ${point}`)], seed);

          nothingIs(await stillWrong(() => leftBehind(scene, played), OVER_WITHIN_MS), seed);
          const { simulator } = scene;
          const lost = () => neverCarriedOn(backend.taken(), simulator.control.ledger(), played);
          nothingIs(await stillWrong(lost, OVER_WITHIN_MS), seed);
          await allOver(scene);
          await living.stop();
          const left = await readWhatIsLeft(product, () => true);
          nothingIs(await wrongCalls(scene, played, left), seed);
        } finally {
          await product.disarm();
          await living.stop();
        }
      },
      RUN_LIMIT_MS,
    );
  },
);

/** Plays scripts that come by, a few at a time, until each point was died at. */
async function playUntilKilledAt(
  scene: MortalScene,
  points: readonly string[],
  scripts: readonly Script[],
): Promise<readonly Played[]> {
  const { product } = scene;
  const left = [...scripts];
  const playing: Promise<Played>[] = [];
  let underWay = 0;
  const begin = (point: string) => {
    const next = left.findIndex((script) => comesBy(script, point));
    const [script] = next < 0 ? [] : left.splice(next, 1);
    if (script === undefined) return;
    underWay += 1;
    const played = play(scene, script).finally(() => {
      underWay -= 1;
    });
    played.catch(() => undefined);
    playing.push(played);
  };
  for (const point of points) {
    await product.arm({ point });
    const isKilled = async () => point in (await product.points()).killed;
    begin(point);
    for (const until = Date.now() + REACHED_WITHIN_MS; !(await isKilled()); ) {
      if (Date.now() > until) break;
      if (underWay < AT_A_TIME) begin(point);
      await pause(LOOK_EVERY_MS);
    }
  }
  return Promise.all(playing);
}

/** Their workflows have written down how they ended. */
async function allOver({ temporal }: MortalScene): Promise<void> {
  const live = () => runningWorkflows(temporal, `WorkflowType = 'call'`);
  await expect.poll(live, { timeout: OVER_WITHIN_MS, interval: 500 }).toEqual([]);
}
