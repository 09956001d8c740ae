import { once } from 'node:events';
import { Agent, type ClientRequest, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { newCall } from '../../../src/call/new-call.js';
import { openPostgres } from '../../../src/store/postgres.js';
import { patient, repositories } from '../../store/stores.js';
import { userToken } from '../../support/tokens.js';
import { product } from '../contenders/switchyard.js';
import { residentKb } from '../figures/processes.js';
import type { Stage } from '../stage.js';

export interface StreamPlan {
  readonly streams: number;
  /** Each has one in a hundred of the users receive an event. */
  readonly rounds: number;
}

export interface Streams {
  readonly streams: number;
  /** KiB by which each idle stream made the process grow. */
  readonly kbEach: number;
  /** Milliseconds from the commit of an event to its arrival at the device. */
  readonly latency: readonly number[];
  readonly lost: number;
}

const SHARE = 100;
const OPENED_AT_ONCE = 50;
const SETTLE_MS = 2_000;
const COLLECTIONS = 3;
const ARRIVES_WITHIN_MS = 10_000;
const FIRST_USER = 900_000;

const userOf = (nth: number): string => String(FIRST_USER + nth);

/** Idle streams of as many users on one process, and events that one in a hundred of them receive. */
export async function measureStreams(stage: Stage, plan: StreamPlan): Promise<Streams> {
  const databaseUrl = await stage.postgres.createDatabase('streams');
  const { place, launch } = await product(stage, 'PGlite', stage.temporal.address, {
    DATABASE_URL: databaseUrl,
  });
  const store = repositories(patient(await openPostgres(databaseUrl)));
  const audience = createAudience();
  try {
    const { running, url } = await launch('api');
    await audience.join(url, 0, plan.streams / 10);
    const before = await settled(running.pid);
    const counted = plan.streams - plan.streams / 10;
    await audience.join(url, plan.streams / 10, plan.streams);
    const kbEach = ((await settled(running.pid)) - before) / counted;
    const latency: number[] = [];
    let lost = 0;
    for (let round = 0; round < plan.rounds; round += 1) {
      const users = Array.from({ length: plan.streams / SHARE }, (_, nth) =>
        userOf(nth * SHARE + (round % SHARE)),
      );
      const arrivals = users.map((userId) => audience.arrival(userId));
      const written = await Promise.all(
        users.map(async (userId) => {
          await store.records.write(await ringing(store.reservations.nextCallId, userId), [
            { type: 'call.incoming', version: 1, at: Date.now(), userId },
          ]);
          return performance.now();
        }),
      );
      const arrived = await Promise.all(arrivals);
      arrived.forEach((at, index) => {
        if (at === undefined) lost += 1;
        else latency.push(Math.max(0, at - (written[index] ?? at)));
      });
    }
    return { streams: plan.streams, kbEach, latency, lost };
  } finally {
    audience.leave();
    await store.database.close();
    await place.remove();
  }
}

async function ringing(nextCallId: () => Promise<number>, userId: string) {
  return newCall(
    {
      callId: await nextCallId(),
      channel: 'rtc',
      callType: 'video',
      bizType: 'single',
      caller: { userId: `${userId}0`, terminalId: 'phone' },
      calleeIds: [userId],
      conversationId: '1001',
      ringTimeoutMs: 30_000,
      limits: { maxDurationMs: 14_400_000, allLeftGraceMs: 30_000 },
    },
    Date.now(),
  );
}

/** Devices, one of each user, that remember when something was said to them. */
function createAudience() {
  const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY });
  const open: ClientRequest[] = [];
  const waiting = new Map<string, (at: number) => void>();

  async function joinOne(url: string, userId: string): Promise<void> {
    const request = get(`${url}/api/events?terminal_id=phone`, {
      agent,
      headers: { authorization: `Bearer ${await userToken(userId)}` },
    });
    request.on('error', () => undefined);
    open.push(request);
    const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream];
    await once(response, 'data');
    response.on('data', (chunk: Buffer) => {
      if (chunk.includes('event: call.incoming')) waiting.get(userId)?.(performance.now());
    });
  }

  return {
    async join(url: string, from: number, until: number): Promise<void> {
      for (let nth = from; nth < until; nth += OPENED_AT_ONCE) {
        const batch = Array.from({ length: Math.min(OPENED_AT_ONCE, until - nth) }, (_, next) =>
          joinOne(url, userOf(nth + next)),
        );
        await Promise.all(batch);
      }
    },
    /** When the next event reaches this user's device; absent when it does not in time. */
    arrival: (userId: string): Promise<number | undefined> =>
      Promise.race([
        new Promise<number>((resolve) => waiting.set(userId, resolve)),
        sleep(ARRIVES_WITHIN_MS, undefined, { ref: false }),
      ]),
    leave(): void {
      for (const request of open) request.destroy();
      agent.destroy();
    },
  };
}

/** What stays resident when garbage has been collected. */
async function settled(pid: number): Promise<number> {
  for (let done = 0; done < COLLECTIONS; done += 1) {
    await sleep(SETTLE_MS);
    process.kill(pid, 'SIGUSR2');
  }
  await sleep(SETTLE_MS);
  return residentKb(pid);
}
