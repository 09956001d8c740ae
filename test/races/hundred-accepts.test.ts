import { expect, it } from 'vitest';
import { codeOr } from '../support/http-calls.js';
import { insist } from '../support/insist.js';
import { type Picture, raceRuns, splitOf } from '../support/race.js';
import { runSeed, seeded, shuffled } from '../support/seeded.js';
import { timed } from '../support/timed.js';
import { endOf, onPhone, ring } from './pairs.js';
import { racesStack } from './races-stack.js';

const TERMINALS = Array.from({ length: 100 }, (_, index) => `terminal-${index}`);
const ANSWERED_WITHIN_MS = 1_000;

/** A process that has just started compiles its code in the first of them, and connects. */
const WARM_UP = 2;

const { invite, pair } = racesStack();

const outcome = (winner: string): Picture => ({
  accepted: 1,
  refused: 99,
  codes: '41006',
  winner,
  present: 'the winner',
  end: 'ended, hangup by caller, version 3',
});

it('a hundred accepts have one winner, and the others their refusal within a second', async () => {
  await invite(2);
  const another = await ring(pair(1), 600);
  const readAnother = () => insist(() => pair(1).caller.getCallState(another));
  for (let run = 0; run < WARM_UP; run += 1) await acceptOnAll(TERMINALS, readAnother);
  const random = seeded(runSeed());
  const answered: Answered[] = [];
  const split = splitOf('a hundred accepts', {
    'a terminal of the first fifty won': outcome('of the first fifty'),
    'a terminal of the other fifty won': outcome('of the other fifty'),
  });
  while (answered.length < raceRuns()) {
    const { picture, lastMs, slackMs } = await acceptOnAll(
      shuffled(TERMINALS, random),
      readAnother,
    );
    if (split.count(picture) !== undefined) answered.push({ lastMs, slackMs });
  }
  split.finish();
  answered.sort((one, other) => one.lastMs - other.lastMs);
  const [best, middle, worst] = [0, 0.5, 1].map((part) => at(answered, part));
  process.stdout.write(
    `the last of a hundred answers came after ${told(middle)} (${told(best)} to ${told(worst)})\n`,
  );
  const late = answered.filter(({ lastMs, slackMs }) => lastMs >= ANSWERED_WITHIN_MS + slackMs);
  expect(late).toEqual([]);
});

/** Of one run: when the last answer came, and how long a read of another live call took meanwhile. */
interface Answered {
  readonly lastMs: number;
  readonly slackMs: number;
}

const at = (sorted: readonly Answered[], part: number): Answered | undefined =>
  sorted[Math.round(part * (sorted.length - 1))];
const told = (run: Answered | undefined): string =>
  `${run?.lastMs.toFixed()} ms, beside ${run?.slackMs.toFixed()}`;

async function acceptOnAll(
  terminals: readonly string[],
  readAnother: () => Promise<unknown>,
): Promise<Answered & { readonly picture: Picture }> {
  const parties = pair(0);
  const call = await ring(parties);
  let done = false;
  const slack = slowestWhile(() => !done, readAnother);
  const { answer, ms: lastMs } = await timed(
    Promise.all(
      terminals.map((terminal_id) => codeOr(parties.callee.acceptCall(call, { terminal_id }))),
    ),
  );
  done = true;
  await insist(() => parties.caller.hangupCall(call, onPhone));
  const { end, calleeTerminal } = await endOf(parties, call);
  const winners = terminals.filter((_, index) => typeof answer[index] !== 'number');
  const refusals = answer.filter((code) => typeof code === 'number');
  const place = TERMINALS.indexOf(winners[0] ?? '');
  const picture = {
    accepted: winners.length,
    refused: refusals.length,
    codes: [...new Set(refusals)].join(),
    winner: place < TERMINALS.length / 2 ? 'of the first fifty' : 'of the other fifty',
    present: calleeTerminal === winners[0] ? 'the winner' : calleeTerminal,
    end,
  };
  return { picture, lastMs, slackMs: await slack };
}

/** How long the slowest of some reads took, one after the other. */
async function slowestWhile(goesOn: () => boolean, read: () => Promise<unknown>): Promise<number> {
  let slowest = 0;
  while (goesOn()) slowest = Math.max(slowest, (await timed(read())).ms);
  return slowest;
}
