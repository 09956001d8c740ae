import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { SDK_APP_ID, userSig } from '../../support/robot-backend.js';
import { measureRobotCost, type RobotCost, type RobotCostAt } from './robot-cost.js';

/** Starts at a steady rate, each sent through Switchyard and, in between, one straight to Tencent. */
export interface StartsBeside {
  readonly through: readonly number[];
  readonly straight: readonly number[];
}

/** So many backends, each starting its next call when the last start was answered. */
export interface StartsInTurn {
  readonly backends: number;
  readonly perSecond: number;
  readonly ms: readonly number[];
  readonly failed: number;
}

export interface RobotStarts {
  readonly store: string;
  readonly rounds: readonly StartsBeside[];
  readonly closedLoop: readonly StartsInTurn[];
  readonly cost: RobotCost;
}

export interface RobotPlan {
  readonly rounds: number;
  readonly roundMs: number;
  /** How many backends at a time. */
  readonly backends: readonly number[];
  readonly slotMs: number;
}

export interface Hosts {
  readonly switchyard: string;
  readonly tencent: string;
  readonly costs: RobotCostAt;
}

export const STARTS_PER_SECOND = 5;
const EVERY_MS = 1_000 / STARTS_PER_SECOND;
const WARM_UP_MS = 4_000;
const SETTLE_MS = 4_000;

export async function measureRobotStarts(
  store: string,
  { switchyard, tencent, costs }: Hosts,
  plan: RobotPlan,
): Promise<RobotStarts> {
  const [through, straight] = [backend(switchyard), backend(tencent)];
  try {
    await besides(through, straight, WARM_UP_MS);
    const rounds: StartsBeside[] = [];
    for (let round = 0; round < plan.rounds; round += 1) {
      rounds.push(await besides(through, straight, plan.roundMs));
    }
    const closedLoop: StartsInTurn[] = [];
    for (const backends of plan.backends) {
      await sleep(SETTLE_MS);
      closedLoop.push(await inTurn(through, backends, plan.slotMs));
    }
    const cost = await measureRobotCost(costs, EVERY_MS, () => through.start());
    return { store, rounds, closedLoop, cost };
  } finally {
    await Promise.all([through.close(), straight.close()]);
  }
}

async function besides(through: Backend, straight: Backend, ms: number): Promise<StartsBeside> {
  const sent: Promise<readonly [Backend, number]>[] = [];
  const until = performance.now() + ms;
  for (let at = performance.now(); at < until; at += EVERY_MS) {
    for (const [host, offset] of [
      [through, 0],
      [straight, EVERY_MS / 2],
    ] as const) {
      await sleep(Math.max(0, at + offset - performance.now()));
      sent.push(host.start().then((took) => [host, took] as const));
    }
  }
  const took = await Promise.all(sent);
  const of = (host: Backend) => took.filter(([each]) => each === host).map(([, each]) => each);
  return { through: of(through), straight: of(straight) };
}

async function inTurn(host: Backend, backends: number, slotMs: number): Promise<StartsInTurn> {
  const begun = performance.now();
  const ms: number[] = [];
  let failed = 0;
  const one = async () => {
    while (performance.now() - begun < slotMs) {
      await host.start().then(
        (took) => ms.push(took),
        () => {
          failed += 1;
        },
      );
    }
  };
  await Promise.all(Array.from({ length: backends }, one));
  const seconds = (performance.now() - begun) / 1_000;
  return { backends, perSecond: ms.length / seconds, ms, failed };
}

interface Backend {
  /**
   * How long a start took, in milliseconds, with its repeats where its outcome was not known in time.
   * Rejects where it is answered in any other way than with a call.
   */
  start(): Promise<number>;
  close(): Promise<void>;
}

/** Tells a backend to send the same request again. */
const NOT_KNOWN_YET = 60008;

interface Answer {
  readonly ErrorCode: number;
  readonly Response?: { readonly CallId?: string };
}

let lastCallee = 0;

function backend(url: string): Backend {
  const pool = new Pool(url, { connections: 64 });
  const sig = userSig();
  return {
    async start() {
      lastCallee += 1;
      const query = new URLSearchParams({
        sdkappid: String(SDK_APP_ID),
        identifier: 'administrator',
        usersig: sig,
        random: String(randomInt(2 ** 32)),
        contenttype: 'json',
      });
      const request = {
        method: 'POST',
        path: `/v4/call_engine_http_srv/start_call_by_robot?${query.toString()}`,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          Robot_Account: 'robot',
          CalleeList_Account: [`callee-${lastCallee}`],
          Timeout: 30_000,
          CallInfo: { MediaType: 'Video' },
        }),
      } as const;
      const begun = performance.now();
      for (;;) {
        const { body } = await pool.request(request);
        const answer = (await body.json()) as Answer;
        if (answer.Response?.CallId !== undefined) return performance.now() - begun;
        if (answer.ErrorCode !== NOT_KNOWN_YET) throw new Error(JSON.stringify(answer));
      }
    },
    close: () => pool.close(),
  };
}
