import { setTimeout as pause } from 'node:timers/promises';
import { describe, it } from 'vitest';
import { codeOr } from '../support/http-calls.js';
import { insist } from '../support/insist.js';
import { type Picture, type Race, runRace } from '../support/race.js';
import { timed } from '../support/timed.js';
import { endOf, onCalleePhone, onPhone, type Pair, ring, told } from './pairs.js';
import { racesStack } from './races-stack.js';

const RING_MS = 1_000;
/** The ring deadline would have come by then. */
const HANGUP_MS = RING_MS + 300;
const MAX_DURATION_MS = 2_000;
const EACH = { slots: 6, apartMs: 150, spreadMs: 200 };

/**
 * The answer of `begin`, and a pause until `ms` after it was carried out: about halfway between
 * question and answer, whatever the machine is busy with.
 */
async function begun<T>(begin: Promise<T>) {
  const { answer, ms: took } = await timed(begin);
  const since = performance.now() - took / 2;
  return { answer, until: (ms: number) => pause(ms - (performance.now() - since)) };
}

describe('an accept that meets the ring deadline', () => {
  const { invite, pair } = racesStack();
  const race: Race = {
    ...EACH,
    name: 'accept against ring deadline',
    outcomes: {
      'rung out': {
        accept: 41007,
        hangup: 'ended (no_answer_timeout), version 2',
        end: 'ended, no_answer by system, version 2',
      },
      accepted: {
        accept: 'accepted, version 2',
        hangup: 'ended (local_hangup), version 3',
        end: 'ended, hangup by callee, version 3',
      },
    },
    run: (offset, slot) => acceptAtRingDeadline(pair(slot), offset),
  };

  it(`ends in one of the possible ways: ${race.name}`, async () => {
    await invite(EACH.slots);
    await runRace(race);
  });
});

/** The hangup that follows shows whose call the accept left: a live one, or one that had ended. */
async function acceptAtRingDeadline(parties: Pair, offset: number): Promise<Picture> {
  const { answer: call, until } = await begun(ring(parties, RING_MS / 1_000));
  await until(RING_MS + offset);
  const accept = await codeOr(parties.callee.acceptCall(call, onCalleePhone));
  await until(HANGUP_MS);
  const hangup = await insist(() => parties.callee.hangupCall(call, onCalleePhone));
  const { end } = await endOf(parties, call);
  return { accept: told(accept), hangup: told(hangup), end };
}

describe('a hangup that meets the maximum duration', () => {
  const { invite, pair } = racesStack({
    CALLS_MAX_DURATION_SECONDS: String(MAX_DURATION_MS / 1_000),
  });
  const race: Race = {
    ...EACH,
    name: 'hangup against maximum duration',
    outcomes: {
      'too long': {
        hangup: 'ended (max_duration), version 3',
        end: 'ended, max_duration by system, version 3',
      },
      'hung up': {
        hangup: 'ended (local_hangup), version 3',
        end: 'ended, hangup by caller, version 3',
      },
    },
    run: (offset, slot) => hangUpAtMaxDuration(pair(slot), offset),
  };

  it(`ends in one of the possible ways: ${race.name}`, async () => {
    await invite(EACH.slots);
    await runRace(race);
  });
});

async function hangUpAtMaxDuration(parties: Pair, offset: number): Promise<Picture> {
  const call = await ring(parties);
  const { until } = await begun(insist(() => parties.callee.acceptCall(call, onCalleePhone)));
  await until(MAX_DURATION_MS + offset);
  const hangup = await codeOr(parties.caller.hangupCall(call, onPhone));
  return { hangup: told(hangup), end: (await endOf(parties, call)).end };
}
