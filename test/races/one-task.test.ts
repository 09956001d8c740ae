import { setTimeout as pause } from 'node:timers/promises';
import { optionalTsToMs } from '@temporalio/common/lib/time.js';
import { describe, expect, it } from 'vitest';
import { callWorkflowId } from '../../src/contract/ids.js';
import type { CommandOutcome } from '../../src/ports/call-engine.js';
import type { CallResult } from '../../workflows/call/messages.js';
import { byCallee } from '../support/calls.js';
import { type Picture, type Race, runRace } from '../support/race.js';
import { type Rig, startRig } from '../support/rig.js';

const TOGETHER = 25;
/** Rings of a round end around the moment at which its worker comes back. */
const RING_MS = 2_500;
const SPREAD_MS = 1_000;
const ACCEPTS_WAIT_MS = 400;
const WORKER_STARTS_MS = 400;

const OUTCOMES: Race['outcomes'] = {
  'the accept was in time': { accept: 'accepted, version 2', end: 'ended, hangup, version 3' },
  'the deadline went first': { accept: 41007, end: 'ended, no_answer, version 2' },
};

interface Played {
  readonly picture: Picture;
  /** Whether the deadline was due before there was a worker for the accept that waited. */
  readonly inOneTask: boolean;
}

describe('an accept that waits for a worker, as the ring deadline does', () => {
  it('is refused where both are due: accept and ring deadline in one task', async () => {
    const name = 'accept and ring deadline in one task';
    const rig = await startRig();
    const played: Played[] = [];
    await runRace({
      name,
      outcomes: OUTCOMES,
      spreadMs: SPREAD_MS,
      play: async (offsetsMs) => {
        for (let done = 0; done < offsetsMs.length; done += TOGETHER) {
          const rings = offsetsMs
            .slice(done, done + TOGETHER)
            .map((ms) => Math.round(RING_MS + ms));
          played.push(...(await playRound(rig, rings)));
        }
        return played.map(({ picture }) => picture);
      },
    });
    const both = played.filter(({ inOneTask }) => inOneTask);
    process.stdout.write(`${name}: ${both.length} of ${played.length} had both due in one task\n`);
    expect(both.length).toBeGreaterThanOrEqual(0.05 * played.length);
    expect(both.filter(({ picture }) => picture.accept !== 41007)).toEqual([]);
  });
});

async function playRound(rig: Rig, ringsMs: number[]): Promise<Played[]> {
  const calls = await Promise.all(ringsMs.map((ringTimeoutMs) => rig.start({ ringTimeoutMs })));
  const back = performance.now() + RING_MS - WORKER_STARTS_MS;
  await rig.stopWorker();
  await pause(back - ACCEPTS_WAIT_MS - performance.now());
  const accepts = calls.map(({ state }) => rig.engine.command(state.callId, 'accept', byCallee));
  await pause(back - performance.now());
  await rig.startWorker();
  const backAt = Date.now();
  return Promise.all(
    calls.map(async ({ state: { callId } }, index) => {
      const accept = told(await accepts[index]);
      if (accept !== 41007) await rig.engine.command(callId, 'hangup', byCallee);
      const { status, cause, version } = (await rig.result(callId)) as CallResult;
      const end = `${status}, ${cause}, version ${version}`;
      const dueAt = await ringDueAt(rig, callId);
      return { picture: { accept, end }, inOneTask: dueAt < backAt };
    }),
  );
}

function told(outcome: CommandOutcome | undefined): string | number {
  if (outcome?.kind === 'done') return `${outcome.state.status}, version ${outcome.state.version}`;
  return outcome?.kind === 'refused' ? outcome.code : String(outcome?.kind);
}

/** When the server fired the ring's timer; never, where the accept came first. */
async function ringDueAt(rig: Rig, callId: number): Promise<number> {
  const history = await rig.client.workflow.getHandle(callWorkflowId(callId)).fetchHistory();
  const fired = history.events?.find(({ timerFiredEventAttributes }) => timerFiredEventAttributes);
  return optionalTsToMs(fired?.eventTime) ?? Number.POSITIVE_INFINITY;
}
