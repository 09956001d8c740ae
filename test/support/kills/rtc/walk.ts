import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome } from '../../insistent-call.js';
import type { Kill as KillIn } from '../kill-plan.js';
import { type Moment, SCRIPTS, type ScriptName, type Stage } from './scripts.js';
import type { Theatre } from './theatre.js';

type Kill = KillIn<ScriptName>;
type Outcomes = Promise<readonly Outcome[]>;

/** For what a call still does when its parties know the end of it, be the machine ever so busy. */
const LINGER_MS = 60_000;
/** So many kills before it is needed, a call is made that will then be long dead. */
const AHEAD = 3;

/**
 * Kills the product at one point after the other, starts it again, and lets everybody say again
 * what was not answered. At each kill one call rings and one is talked in besides.
 */
export async function walkKills(theatre: Theatre, kills: readonly Kill[]): Outcomes {
  const needDead = (some: readonly Kill[]) =>
    theatre.prepareDeadCalls(some.filter(({ script }) => script === 'deadCall').length);
  await needDead(kills.slice(0, AHEAD));
  const played: (readonly Outcome[])[] = [];
  const ringing: Outcomes[] = [];
  for (const [index, kill] of kills.entries()) {
    await needDead(kills.slice(index + AHEAD, index + AHEAD + 1));
    const { point, script, withServer } = kill;
    const what = `${point} in ${script}${withServer ? ', the server killed too' : ''}`;
    const outcomes = killOnce(theatre, kill, ringing);
    played.push(...(await outcomes.catch((cause) => failed(theatre, what, cause))));
  }
  played.push(...(await Promise.all(ringing)));
  return [...played.flat(), ...theatre.outcomes];
}

async function failed({ product }: Theatre, what: string, cause: unknown): Promise<never> {
  const why = cause instanceof Error ? cause.message : cause;
  const errors = await product.errors();
  throw new Error([`${what}: ${why}`, ...errors].join('\n'), { cause });
}

async function killOnce(theatre: Theatre, kill: Kill, ringing: Outcomes[]) {
  const { product } = theatre;
  const stage = await theatre.stage();
  const bystanders = await Promise.all([
    bystander(theatre, 'conversation', 'ringing'),
    bystander(theatre, 'takeover', 'talking'),
    bystander(theatre, 'unanswered', 'ringing'),
  ]);
  bystanders[2].goOn();
  ringing.push(watched(bystanders[2].outcomes));

  const subject = watched(SCRIPTS[kill.script](theatre.armed(stage, kill)));
  const lingered = subject.then(
    () => sleep(LINGER_MS, undefined, { ref: false }),
    () => undefined,
  );
  if (await product.diesBefore(lingered)) await product.start();
  else await product.disarm();
  for (const { goOn } of bystanders) goOn();
  return Promise.all([subject, bystanders[0].outcomes, bystanders[1].outcomes]);
}

/** Fails where it is awaited, which may be later. */
function watched(outcomes: Outcomes): Outcomes {
  outcomes.catch(() => undefined);
  return outcomes;
}

interface Bystander {
  readonly outcomes: Outcomes;
  goOn(): void;
}

/** A call that has come to a moment and waits there. */
async function bystander(theatre: Theatre, script: ScriptName, moment: Moment): Promise<Bystander> {
  const stage = await theatre.stage();
  const [come, gone] = [gate(), gate()];
  const waits: Stage = {
    ...stage,
    async at(now) {
      if (now !== moment) return;
      come.open();
      await gone.opened;
    },
  };
  const outcomes = watched(SCRIPTS[script](waits));
  await Promise.race([come.opened, outcomes]);
  return { outcomes, goOn: gone.open };
}

function gate() {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}
