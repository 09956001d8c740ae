import { setTimeout as pause } from 'node:timers/promises';
import { describe, it } from 'vitest';
import { codeOr, timed } from '../support/http-calls.js';
import { inSlots, type Picture, type Race, runRace } from '../support/race.js';
import { onCalleePhone, onPhone, type Pair, ring, standing, told } from './pairs.js';
import { racesStack } from './races-stack.js';

const MAX_DURATION_MS = 2_000;
const RING_MS = 1_000;
/** A deadline that would still come after this was lost. */
const WELL_AFTER_MS = 300;

const { invite, pair } = racesStack({
  CALLS_MAX_DURATION_SECONDS: String(MAX_DURATION_MS / 1_000),
});
const SLOTS = { slots: 25, apartMs: 50 };

const RACES: readonly Race[] = [
  {
    spreadMs: 300,
    name: 'accept against ring deadline',
    outcomes: {
      accepted: {
        accept: 'accepted, version 2',
        hangup: 'ended (local_hangup), version 3',
        end: 'ended, hangup by callee, version 3',
      },
      'rung out': {
        accept: 41007,
        hangup: 'ended (no_answer_timeout), version 2',
        end: 'ended, no_answer by system, version 2',
      },
    },
    play: inSlots(SLOTS, (offset, slot) => acceptAtRingDeadline(pair(slot), offset)),
  },
  {
    spreadMs: 300,
    name: 'hangup against maximum duration',
    outcomes: {
      'hung up': {
        hangup: 'ended (local_hangup), version 3',
        end: 'ended, hangup by caller, version 3',
      },
      'too long': {
        hangup: 'ended (max_duration), version 3',
        end: 'ended, max_duration by system, version 3',
      },
    },
    play: inSlots(SLOTS, (offset, slot) => hangUpAtMaxDuration(pair(slot), offset)),
  },
];

/**
 * The answer of `begin`, and a pause until `ms` after it was carried out: about halfway between
 * question and answer, whatever the machine is busy with.
 */
async function begun<T>(begin: Promise<T>) {
  const { answer, ms: took } = await timed(begin);
  const since = performance.now() - took / 2;
  return { answer, until: (ms: number) => pause(ms - (performance.now() - since)) };
}

/** The hangup that follows shows whose call the accept left: a live one, or one that had ended. */
async function acceptAtRingDeadline(parties: Pair, offset: number): Promise<Picture> {
  const { answer: call, until } = await begun(ring(parties, RING_MS / 1_000));
  await until(RING_MS + offset);
  const accept = await codeOr(parties.callee.acceptCall(call, onCalleePhone));
  await until(RING_MS + WELL_AFTER_MS);
  const hangup = await codeOr(parties.callee.hangupCall(call, onCalleePhone));
  return { accept: told(accept), hangup: told(hangup), end: await standing(parties, call) };
}

async function hangUpAtMaxDuration(parties: Pair, offset: number): Promise<Picture> {
  const call = await ring(parties);
  const { until } = await begun(parties.callee.acceptCall(call, onCalleePhone));
  await until(MAX_DURATION_MS + offset);
  const hangup = await codeOr(parties.caller.hangupCall(call, onPhone));
  return { hangup: told(hangup), end: await standing(parties, call) };
}

describe('a command that meets a deadline', () => {
  it.each(RACES)('ends in one of the possible ways: $name', async (race) => {
    await invite(SLOTS.slots);
    await runRace(race);
  });
});
