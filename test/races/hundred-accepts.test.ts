import { expect, it } from 'vitest';
import { codeOr, timed } from '../support/http-calls.js';
import { inSlots, type Picture, runRace } from '../support/race.js';
import { runSeed, seeded, shuffled } from '../support/seeded.js';
import { calleeTerminal, onPhone, type Pair, ring, told } from './pairs.js';
import { racesStack } from './races-stack.js';

const TERMINALS = Array.from({ length: 100 }, (_, index) => `terminal-${index}`);
/** Of the last answer in the middle one of the runs: a single run may meet a busy machine. */
const ANSWERED_WITHIN_MS = 1_000;

const { invite, pair } = racesStack();

const outcome = (winner: string): Picture => ({
  accepted: 1,
  refused: 99,
  codes: '41006',
  winner,
  present: 'the winner',
  end: 'ended (local_hangup), version 3',
});

it('a hundred accepts have one winner, and the others their refusal within a second', async () => {
  await invite(1);
  const random = seeded(runSeed());
  const lastMs: number[] = [];
  await runRace({
    name: 'a hundred accepts',
    spreadMs: 0,
    outcomes: {
      'a terminal of the first fifty won': outcome('of the first fifty'),
      'a terminal of the other fifty won': outcome('of the other fifty'),
    },
    play: inSlots({ slots: 1, apartMs: 0 }, async (_offset, slot) => {
      const { picture, ms } = await acceptOnAll(pair(slot), shuffled(TERMINALS, random));
      lastMs.push(ms);
      return picture;
    }),
  });
  lastMs.sort((one, other) => one - other);
  const middle = lastMs[Math.floor(lastMs.length / 2)] ?? Number.NaN;
  const [best, worst] = [lastMs[0], lastMs.at(-1)].map((ms) => ms?.toFixed());
  process.stdout.write(
    `the last of a hundred answers came after ${middle.toFixed()} ms (${best} to ${worst})\n`,
  );
  expect(middle).toBeLessThan(ANSWERED_WITHIN_MS);
});

/** `ms` until the last answer. */
async function acceptOnAll(
  parties: Pair,
  terminals: readonly string[],
): Promise<{ picture: Picture; ms: number }> {
  const call = await ring(parties);
  const { answer, ms } = await timed(
    Promise.all(
      terminals.map((terminal_id) => codeOr(parties.callee.acceptCall(call, { terminal_id }))),
    ),
  );
  const winners = terminals.filter((_, index) => typeof answer[index] !== 'number');
  const refusals = answer.filter((code) => typeof code === 'number');
  const present = await calleeTerminal(parties, call);
  const place = TERMINALS.indexOf(winners[0] ?? '');
  const picture = {
    accepted: winners.length,
    refused: refusals.length,
    codes: [...new Set(refusals)].join(),
    winner: place < TERMINALS.length / 2 ? 'of the first fifty' : 'of the other fifty',
    present: present === winners[0] ? 'the winner' : present,
    end: told(await parties.caller.hangupCall(call, onPhone)),
  };
  return { picture, ms };
}
