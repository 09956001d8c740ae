import { pointsOf } from '../kill-plan.js';
import type { Points } from '../mortal-product.js';
import { auditRobots, type RobotAudit } from './audit.js';
import type { Told } from './people.js';
import { ROBOT_PLAN } from './plan.js';
import { encores, type Script } from './scripts.js';
import { openTheatre, type Theatre } from './theatre.js';

/** Several products that are killed side by side, each with its share of the scripts. */
export interface Company {
  readonly points: readonly string[];
  /** Plays them, and more of them until each point was killed at: another kill may come first. */
  play(scripts: readonly Script[]): Promise<readonly Told[]>;
  passed(): Promise<Points>;
  /** How long each start of a product took. */
  startsMs(): number[];
  /** Those that happened at least once. */
  faults(): Fired[];
  audit(told: readonly Told[]): Promise<readonly RobotAudit[]>;
  close(): Promise<void>;
}

type Fired = ReturnType<Theatre['simulator']['control']['faults']>[number];

const LANES = 2;
const MOST_ENCORES = 3;

export async function openCompany(temporalAddress: string): Promise<Company> {
  const opening = Array.from({ length: LANES }, () => openTheatre(temporalAddress));
  const theatres = await Promise.all(opening);
  const points = await pointsIn(theatres);
  const laneOf = ({ nth }: Script): number => nth % theatres.length;

  async function inLanes(scripts: readonly Script[]): Promise<readonly Told[]> {
    const played = await Promise.all(
      theatres.map((theatre, lane) =>
        theatre.play(scripts.filter((each) => laneOf(each) === lane)),
      ),
    );
    return played.flat();
  }

  async function passed(): Promise<Points> {
    const all = await Promise.all(theatres.map(({ product }) => product.points()));
    return {
      declared: new Set(all.flatMap(({ declared }) => [...declared])),
      reached: summed(all.map(({ reached }) => reached)),
      killed: summed(all.map(({ killed }) => killed)),
    };
  }

  return {
    points,
    passed,
    startsMs: () =>
      theatres.flatMap(({ product }) => product.uptimes.map(({ startMs }) => startMs)),
    async play(scripts) {
      let told = await inLanes(scripts);
      for (let encore = 0; encore < MOST_ENCORES; encore += 1) {
        const { killed } = await passed();
        const missed = points.filter((point) => !(point in killed));
        if (missed.length === 0) break;
        told = [...told, ...(await inLanes(encores(missed, told.length + 1)))];
      }
      return told;
    },
    faults: () =>
      theatres
        .flatMap(({ simulator }) => simulator.control.faults())
        .filter(({ fired }) => fired > 0),
    audit: (told) =>
      Promise.all(
        theatres.map((theatre, lane) =>
          auditRobots(
            theatre,
            told.filter(({ script }) => laneOf(script) === lane),
          ),
        ),
      ),
    async close() {
      await Promise.all(theatres.map((theatre) => theatre.close()));
    },
  };
}

/** What there is to be killed at, the product says when it starts. */
async function pointsIn([theatre]: readonly Theatre[]): Promise<readonly string[]> {
  if (theatre === undefined) throw new Error('nowhere to play');
  await theatre.product.start();
  const { declared } = await theatre.product.points();
  await theatre.product.kill();
  return pointsOf(ROBOT_PLAN, declared);
}

function summed(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const [name, count] of all.flatMap((each) => Object.entries(each))) {
    sum[name] = (sum[name] ?? 0) + count;
  }
  return sum;
}
