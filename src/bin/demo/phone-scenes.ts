import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from '../../client/create-client.js';
import { callIdOfSid } from '../../contract/call-sid.js';
import { type Actor, callLink, type Stage, tokenFor } from './stage.js';

interface Cast {
  readonly caller: Actor;
  readonly callee: Actor;
}

interface WithOther extends Cast {
  readonly other: Actor;
}

interface Answer {
  readonly returnCode: number;
  readonly returnMsg: string;
  readonly data?: {
    readonly callSid?: string;
    readonly stateType?: string;
    readonly isSuccess?: string;
  };
}

const POLL_MS = 100;
/** Longer than an app is kept waiting for the answer to its request. */
const PROVIDER_TAKES_MS = 5_000;
const STAGES: Readonly<Record<string, string>> = {
  '1': 'asked for',
  '2': 'rings',
  '3': 'talks',
  '4': 'over',
};

/** As the provider is given it: a user's own, and new at every start. */
const numberOf = ({ userId }: Actor): string => `139${userId.slice(-8)}`;

/** As an app asks that was built to the document: the token is part of the query. */
async function get(stage: Stage, { userId }: Actor, path: string): Promise<Answer> {
  const token = (await tokenFor(stage.running, userId)) ?? '';
  const url = `${stage.running.service.apiUrl}/v1/app/${path}?access_token=${token}`;
  return (await (await fetch(url)).json()) as Answer;
}

async function told(
  stage: Stage,
  what: string,
  ask: Promise<Answer>,
  how: (answer: Answer) => string | undefined,
): Promise<Answer> {
  const begun = performance.now();
  const answer = await ask;
  const took = `${(performance.now() - begun).toFixed(0)} ms`;
  const line = how(answer) ?? `${answer.returnCode} ${answer.returnMsg}`;
  stage.say(`  ${what.padEnd(44)} ${took.padStart(7)}  ${line}`);
  return answer;
}

const stageIn = ({ data }: Answer): string | undefined =>
  data?.stateType && `stateType ${data.stateType}, ${STAGES[data.stateType]}`;

async function withPhones(stage: Stage, { caller, callee }: Cast): Promise<void> {
  const token = (await tokenFor(stage.running, 'backend', true)) ?? '';
  const backend = createClient({ baseUrl: stage.running.service.apiUrl ?? '', token });
  for (const person of [caller, callee]) {
    await backend.putUser({ userId: person.userId }, { phone: numberOf(person) });
  }
}

async function dial(stage: Stage, { caller, callee }: Cast): Promise<string> {
  const asked = get(stage, caller, `call/${callee.userId}`);
  const what = `${caller.userId} rings the phone of ${callee.userId}`;
  const { data } = await told(stage, what, asked, (answer) => answer.data && 'success');
  if (data?.callSid === undefined) throw new Error('no call');
  stage.say(`  ${callLink(stage.running, callIdOfSid(data.callSid) ?? 0)}`);
  return data.callSid;
}

async function until(stage: Stage, { caller }: Cast, callSid: string, stateType: string) {
  for (;;) {
    const answer = await get(stage, caller, `callState/${callSid}`);
    if (answer.data?.stateType === stateType || stage.stopping.aborted) return answer;
    await pause(POLL_MS);
  }
}

/** The provider is slow to answer, so that every stage of a call can be seen. */
export async function phoneAnswered(stage: Stage, cast: Cast): Promise<void> {
  await withPhones(stage, cast);
  const { control } = stage.running.phone ?? {};
  const [caller, number] = [numberOf(cast.caller), numberOf(cast.callee)];
  control?.fault({ on: 'Calls/Callback', kind: 'slow-effect', ms: PROVIDER_TAKES_MS, caller });
  control?.script({ number, phone: { answersAfterMs: 1_000, hangsUpAfterMs: 2_000 } });
  const callSid = await dial(stage, cast);
  for (const [what, stateType] of [
    ['the provider has not answered', '1'],
    [`the phone of ${cast.caller.userId} rings`, '2'],
    ['both have answered', '3'],
    [`${cast.callee.userId} hangs up`, '4'],
  ] as const) {
    await told(stage, what, until(stage, cast, callSid, stateType), stageIn);
  }
}

/** Another one is called: for a quarter of a minute the same two would be the same call. */
export async function phoneCancelled(stage: Stage, { caller, other }: WithOther): Promise<void> {
  const cast = { caller, callee: other };
  await withPhones(stage, cast);
  stage.running.phone?.control.script({ number: numberOf(cast.callee), phone: {} });
  const callSid = await dial(stage, cast);
  const cancel = get(stage, cast.caller, `callCancel/${callSid}`);
  await told(stage, `${cast.caller.userId} cancels`, cancel, ({ data }) => data?.isSuccess);
  await told(stage, 'and asks', get(stage, cast.caller, `callState/${callSid}`), stageIn);
}
