import { parseArgs } from 'node:util';
import type { Kills } from './measures/recovery.js';
import type { RobotPlan } from './measures/robots.js';
import type { StreamPlan } from './measures/streams.js';
import type { Rounds } from './measures/throughput.js';
import type { TemporalKind } from './stage.js';

/** How much is measured. */
export interface Plan extends Rounds {
  readonly liveCalls: number;
  readonly ringingOut: number;
  readonly recovery: Kills;
  readonly robots: RobotPlan;
  readonly streams: StreamPlan;
}

const PARTS = ['robots', 'streams'] as const;
type Part = (typeof PARTS)[number];

export interface Options {
  readonly temporal: TemporalKind;
  readonly plan: Plan;
  /** This part and no other. */
  readonly only?: Part;
  /** A quick run prints; only a full one is worth keeping. */
  readonly writesPage: boolean;
}

const FULL: Plan = {
  rounds: 3,
  slotMs: 5_000,
  users: [1, 16, 64],
  liveCalls: 5_000,
  ringingOut: 200,
  recovery: { liveCalls: 1_000, kills: 2 },
  robots: { rounds: 3, roundMs: 20_000, backends: [1, 16], slotMs: 10_000 },
  streams: { streams: 3_000, rounds: 20 },
};
const QUICK: Plan = {
  rounds: 1,
  slotMs: 3_000,
  users: [1, 16],
  liveCalls: 500,
  ringingOut: 40,
  recovery: { liveCalls: 200, kills: 1 },
  robots: { rounds: 1, roundMs: 10_000, backends: [1, 16], slotMs: 5_000 },
  streams: { streams: 500, rounds: 5 },
};

/** @throws TypeError on an option that does not exist. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      'on-postgresql': { type: 'boolean', default: false },
      server: { type: 'string' },
      rounds: { type: 'string' },
      live: { type: 'string' },
      only: { type: 'string' },
    },
  });
  const only = PARTS.find((part) => part === values.only);
  if (values.only !== undefined && only === undefined) {
    throw new TypeError(`--only: one of ${PARTS.join(', ')}`);
  }
  const { quick, server, rounds, live, 'on-postgresql': onPostgresql } = values;
  const usual = quick ? QUICK : FULL;
  return {
    temporal: server !== undefined ? { address: server } : onPostgresql ? 'postgresql' : 'dev',
    plan: {
      ...usual,
      rounds: rounds === undefined ? usual.rounds : Number(rounds),
      liveCalls: live === undefined ? usual.liveCalls : Number(live),
    },
    ...(only !== undefined && { only }),
    writesPage: !quick,
  };
}
