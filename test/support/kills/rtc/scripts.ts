import {
  type InsistentCall,
  insistentCall,
  type Outcome,
  type Party,
} from '../../insistent-call.js';

export type Moment = 'ringing' | 'talking';

/** Where a script is played, by people who are in no other. */
export interface Stage {
  readonly caller: Party;
  readonly callee: Party;
  readonly other: Party;
  /** From here on the product is killed at the point that this is about, in a call of this user. */
  armed(whose?: Party): Promise<void>;
  /** The call has come to this moment: a bystander waits here until somebody else's kill is over. */
  at(moment: Moment): Promise<void>;
  /** Waits until the product is killed, this long at most. */
  death(withinMs: number): Promise<void>;
  /** Kills the Temporal server, and waits until the product has noticed. */
  loseEngine(): Promise<void>;
  deadCall(): Promise<DeadCall>;
}

/** A call that still looks live, although its workflow was terminated, and no start is on its way. */
export interface DeadCall {
  readonly callee: Party;
  /** Waits until its end is noticed. */
  over(): Promise<Outcome>;
}

type Script = (stage: Stage) => Promise<readonly Outcome[]>;

const SHORT_RING_SECONDS = 3;
const BATCH_LIMIT_MS = 60_000;

const dial = ({ caller, callee }: Stage) => insistentCall({ caller, callee });

const endedBy = (
  cause: 'hangup' | 'rejected' | 'cancelled',
  { userId }: Party,
  reason: string,
) => ({
  status: cause === 'hangup' ? 'ended' : cause,
  cause,
  reason,
  by: userId,
});

async function talk(call: InsistentCall, { caller, callee }: Stage): Promise<void> {
  await call.accept();
  await call.report(caller, 'joined');
  await call.report(callee, 'joined');
}

async function hangUp(call: InsistentCall, by: Party): Promise<Outcome> {
  const reason = `enough of ${call.callId}`;
  await call.hangUp(by, by.terminal, reason);
  return call.over(endedBy('hangup', by, reason));
}

const conversation: Script = async (stage) => {
  await stage.armed();
  const call = await dial(stage);
  await stage.at('ringing');
  await call.report(stage.callee, 'ringing');
  await talk(call, stage);
  await call.acceptTooLate();
  await stage.at('talking');
  await call.read();
  return [await hangUp(call, stage.caller)];
};

const rejected: Script = async (stage) => {
  const call = await dial(stage);
  await stage.at('ringing');
  await stage.armed();
  await call.reject('not now');
  return [await call.over(endedBy('rejected', stage.callee, 'not now'))];
};

const cancelled: Script = async (stage) => {
  const call = await dial(stage);
  await stage.at('ringing');
  await stage.armed();
  await call.cancel('never mind');
  return [await call.over(endedBy('cancelled', stage.caller, 'never mind'))];
};

const unanswered: Script = async (stage) => {
  await stage.armed();
  const { caller, callee } = stage;
  const call = await insistentCall({ caller, callee, ringSeconds: SHORT_RING_SECONDS });
  await stage.at('ringing');
  const reason = 'no_answer_timeout';
  return [await call.over({ status: 'ended', cause: 'no_answer', by: 'system', reason })];
};

const takeover: Script = async (stage) => {
  const { callee } = stage;
  const call = await dial(stage);
  await talk(call, stage);
  await stage.armed();
  await call.takeOver(callee, 'tablet');
  await stage.at('talking');
  return [await hangUp(call, { ...callee, terminal: 'tablet' })];
};

const superseding: Script = async (stage) => {
  const { caller, callee, other } = stage;
  const former = await insistentCall({ caller, callee: other });
  await stage.armed();
  const call = await dial(stage);
  await call.accept();
  const end = { status: 'ended', cause: 'superseded', reason: 'superseded', by: caller.userId };
  return [await former.over(end), await hangUp(call, callee)];
};

const busy: Script = async (stage) => {
  const call = await dial(stage);
  await talk(call, stage);
  await stage.armed();
  const { callee, other } = stage;
  const refusal = await insistentCall({ caller: other, callee }).then(
    () => 'a second call',
    (error: Error) => error.message,
  );
  if (refusal !== 'create: refused with 41003') throw new Error(`a busy callee: ${refusal}`);
  return [await hangUp(call, callee)];
};

const deadCall: Script = async (stage) => {
  const dead = await stage.deadCall();
  const { callee } = dead;
  await stage.armed(callee);
  const call = await insistentCall({ caller: stage.caller, callee });
  await call.reject('who is it');
  const end = endedBy('rejected', callee, 'who is it');
  return [await dead.over(), await call.over(end)];
};

const engineAway: Script = async (stage) => {
  await stage.loseEngine();
  await stage.armed();
  const call = await dial(stage);
  await talk(call, stage);
  return [await hangUp(call, stage.callee)];
};

const sampled: Script = async (stage) => {
  const call = await dial(stage);
  await talk(call, stage);
  await stage.armed();
  await stage.death(BATCH_LIMIT_MS);
  return [await hangUp(call, stage.caller)];
};

export const SCRIPTS = {
  conversation,
  rejected,
  cancelled,
  unanswered,
  takeover,
  superseding,
  busy,
  deadCall,
  engineAway,
  sampled,
};
export type ScriptName = keyof typeof SCRIPTS;
