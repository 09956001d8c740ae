import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { replayedAll } from '../replayed.js';
import { type KillPlan, pointsOf } from './kill-plan.js';
import type { MortalProduct, Points } from './mortal-product.js';
import { steady } from './play-together.js';

/** One product, and whoever plays on it. */
export interface Stage<Script, Told> {
  readonly product: MortalProduct;
  readonly temporal: Client;
  /** Until everybody has done what they do, on a product that is kept alive. */
  play(scripts: readonly Script[]): Promise<readonly Told[]>;
  /** What is not over yet, by name. */
  live(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Several products that are killed side by side, each with its share of the scripts. */
export interface Company<Script, Told> {
  /** Everything that calls of this kind pass. */
  readonly allPoints: readonly string[];
  /** Those of them that are killed at. */
  readonly points: readonly string[];
  /**
   * Plays them, and more of them until each point was killed at and all else came about, because another
   * kill may come first; then waits until every call is over.
   */
  play(scripts: readonly Script[]): Promise<readonly Told[]>;
  /** Those that are played on one stage. */
  share<T>(lane: number, from: readonly T[], scriptOf: (each: T) => Script): readonly T[];
  passed(): Promise<Points>;
  /** Whatever has run. */
  replayed(): ReturnType<typeof replayedAll>;
  /** How long each start of a product took. */
  startsMs(): number[];
  /** How long it was played, how much of that again, and how long was waited for what was left. */
  spentMs(): number[];
  close(): Promise<void>;
}

export interface CompanyParts<Script, Told, Story extends string> {
  readonly stages: readonly Stage<Script, Told>[];
  readonly plan: KillPlan<Story>;
  /** Of all points those that are to be killed at. */
  readonly choose: (all: readonly string[]) => readonly string[];
  /**
   * A script for each of these points, in which nothing keeps it from being passed, and for whatever
   * else was to come about and has not.
   */
  readonly encores: (points: readonly string[], firstNth: number) => readonly Script[];
  /** Played when nothing is killed any more. */
  readonly finale?: (firstNth: number) => readonly Script[];
  /** How late a point may be passed after everybody has done what they do. */
  readonly lateMs: number;
}

const MOST_ENCORES = 3;
const LOOK_EVERY_MS = 500;
/** More than a call takes of which nothing is heard, with all that is killed meanwhile. */
const OVER_WITHIN_MS = 240_000;

export async function openCompany<Script extends { nth: number }, Told, Story extends string>(
  parts: CompanyParts<Script, Told, Story>,
): Promise<Company<Script, Told>> {
  const { stages, plan, choose, encores, finale = () => [], lateMs } = parts;
  const alive = stages.map(({ product }) => product.keepAlive());
  await Promise.all(stages.map(({ product }) => steady(product)));
  const allPoints = pointsOf(plan, (await passed()).declared);
  const points = choose(allPoints);
  const spentMs: number[] = [];
  const share = <T>(lane: number, from: readonly T[], scriptOf: (each: T) => Script) =>
    from.filter((each) => scriptOf(each).nth % stages.length === lane);

  async function passed(): Promise<Points> {
    const all = await Promise.all(stages.map(({ product }) => product.points()));
    return {
      declared: new Set(all.flatMap(({ declared }) => [...declared])),
      reached: summed(all.map(({ reached }) => reached)),
      killed: summed(all.map(({ killed }) => killed)),
    };
  }

  async function missed(): Promise<string[]> {
    const { killed } = await passed();
    return points.filter((point) => !(point in killed));
  }

  async function live(): Promise<string[]> {
    return (await Promise.all(stages.map((stage) => stage.live()))).flat();
  }

  async function spending<T>(work: () => Promise<T>): Promise<T> {
    const begun = Date.now();
    const done = await work();
    spentMs.push(Date.now() - begun);
    return done;
  }

  const inLanes = (scripts: readonly Script[]): Promise<readonly Told[]> =>
    spending(async () => {
      const shares = stages.map((stage, lane) => stage.play(share(lane, scripts, (each) => each)));
      return (await Promise.all(shares)).flat();
    });

  /** What only the last of them pass, or nothing any more. */
  async function lateOnes(): Promise<void> {
    for (const until = Date.now() + lateMs; Date.now() < until; await pause(LOOK_EVERY_MS)) {
      if ((await missed()).length === 0 || (await live()).length === 0) return;
    }
  }

  async function over(): Promise<void> {
    const until = Date.now() + OVER_WITHIN_MS;
    for (;;) {
      const left = await live();
      if (left.length === 0) return;
      if (Date.now() > until) throw new Error(`still live: ${left.join(', ')}`);
      await pause(LOOK_EVERY_MS);
    }
  }

  async function disarm(): Promise<void> {
    for (const { product } of stages) await product.disarm();
  }

  return {
    allPoints,
    points,
    share,
    passed,
    replayed: () => replayedAll(stages.map(({ temporal }) => temporal)),
    startsMs: () => stages.flatMap(({ product }) => product.uptimes.map(({ startMs }) => startMs)),
    spentMs: () => spentMs,
    async play(scripts) {
      try {
        let told = await inLanes(scripts);
        for (let encore = 0; encore < MOST_ENCORES; encore += 1) {
          await spending(lateOnes);
          const again = encores(await missed(), told.length + 1);
          if (again.length === 0) break;
          told = [...told, ...(await inLanes(again))];
        }
        await disarm();
        const last = finale(told.length + 1);
        if (last.length > 0) told = [...told, ...(await inLanes(last))];
        await spending(over);
        return told;
      } finally {
        await disarm();
        await Promise.all(alive.map((each) => each.stop()));
      }
    },
    async close() {
      await Promise.all(stages.map((stage) => stage.close()));
    },
  };
}

function summed(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const [name, count] of all.flatMap((each) => Object.entries(each))) {
    sum[name] = (sum[name] ?? 0) + count;
  }
  return sum;
}
