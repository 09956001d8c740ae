import { setTimeout as pause } from 'node:timers/promises';
import { ApiError } from '../../client/api-error.js';
import type { DataOf } from '../../contract/routes.js';
import { audience } from './audience.js';
import { phoneAnswered, phoneCancelled } from './phone-scenes.js';
import { robotAnswered, robotEnded, robotGroup } from './robot-scenes.js';
import { type Actor, actor, callLink, type Stage, step } from './stage.js';

type Created = DataOf<'createCall'>;
interface Cast {
  readonly caller: Actor;
  readonly callee: Actor;
  readonly other: Actor;
}
type Scene = (stage: Stage, cast: Cast) => Promise<void>;

const CALLER_PHONE = 'caller-phone';
const PHONE = 'callee-phone';
const TABLET = 'callee-tablet';
const RING_SECONDS = 2;
const POLL_MS = 100;

const how = ({ status, version }: { status: string; version: number }): string =>
  `${status}, version ${version}`;
const ended = (call: DataOf<'getCallState'>): string => `${how(call)}, ${call.end_reason}`;

async function dial(
  stage: Stage,
  { caller, callee }: Pick<Cast, 'caller' | 'callee'>,
  ringSeconds = 30,
): Promise<Created> {
  const created = await step(
    stage,
    `${caller.userId} calls ${callee.userId}`,
    () =>
      caller.api.createCall({
        conversation_id: 1001,
        target_user_id: Number(callee.userId),
        call_type: 'video',
        biz_type: 'single',
        terminal_id: CALLER_PHONE,
        timeout_seconds: ringSeconds,
      }),
    (call) => `call ${call.call_id} rings for ${call.timeout_seconds} s`,
  );
  if (created instanceof ApiError) throw created;
  stage.say(`  ${callLink(stage.running, created.call_id)}`);
  return created;
}

const callIdOf = (call: Created) => ({ callId: Number(call.call_id) });

const answered: Scene = async (stage, cast) => {
  const id = callIdOf(await dial(stage, cast));
  const { caller, callee } = cast;
  const joined = (terminal_id: string) => ({
    terminal_id,
    stage: 'joined',
    network_quality: 'good',
  });
  await step(
    stage,
    `${callee.userId} accepts`,
    () => callee.api.acceptCall(id, { terminal_id: PHONE }),
    how,
  );
  await step(
    stage,
    `${caller.userId} has joined the room`,
    () => caller.api.reportMediaState(id, joined(CALLER_PHONE)),
    how,
  );
  await step(
    stage,
    `${callee.userId} has joined the room`,
    () => callee.api.reportMediaState(id, joined(PHONE)),
    how,
  );
  await step(
    stage,
    `${caller.userId} hangs up`,
    () => caller.api.hangupCall(id, { terminal_id: CALLER_PHONE }),
    ended,
  );
};

const rejected: Scene = async (stage, cast) => {
  const id = callIdOf(await dial(stage, cast));
  const body = { terminal_id: PHONE };
  await step(
    stage,
    `${cast.callee.userId} rejects`,
    () => cast.callee.api.rejectCall(id, body),
    ended,
  );
};

const cancelled: Scene = async (stage, cast) => {
  const id = callIdOf(await dial(stage, cast));
  const body = { terminal_id: CALLER_PHONE };
  await step(
    stage,
    `${cast.caller.userId} cancels`,
    () => cast.caller.api.cancelCall(id, body),
    ended,
  );
};

const unanswered: Scene = async (stage, cast) => {
  const id = callIdOf(await dial(stage, cast, RING_SECONDS));
  await step(stage, 'nobody answers', () => untilOver(stage, cast.caller, id), ended);
};

async function untilOver({ stopping }: Stage, { api }: Actor, id: { callId: number }) {
  for (;;) {
    const call = await api.getCallState(id);
    if (call.ended_at !== null || stopping.aborted) return call;
    await pause(POLL_MS);
  }
}

const twoTerminals: Scene = async (stage, cast) => {
  const id = callIdOf(await dial(stage, cast));
  const accept = (terminal_id: string) =>
    step(
      stage,
      `${cast.callee.userId} accepts on ${terminal_id}`,
      () => cast.callee.api.acceptCall(id, { terminal_id }),
      how,
    );
  await Promise.all([accept(PHONE), accept(TABLET)]);
  const body = { terminal_id: PHONE };
  await step(
    stage,
    `${cast.callee.userId} hangs up`,
    () => cast.callee.api.hangupCall(id, body),
    ended,
  );
};

const busy: Scene = async (stage, cast) => {
  const id = callIdOf(await dial(stage, cast));
  const { caller, callee, other } = cast;
  await step(
    stage,
    `${other.userId} calls ${callee.userId} too`,
    () =>
      other.api.createCall({
        conversation_id: 1002,
        target_user_id: Number(callee.userId),
        call_type: 'audio',
        biz_type: 'single',
        terminal_id: CALLER_PHONE,
      }),
    (call) => `call ${call.call_id}`,
  );
  const body = { terminal_id: CALLER_PHONE };
  await step(stage, `${caller.userId} cancels`, () => caller.api.cancelCall(id, body), ended);
};

const SCENES: readonly (readonly [string, Scene])[] = [
  ['Answered and hung up', answered],
  ['Rejected', rejected],
  ['Cancelled by the caller', cancelled],
  [`Not answered within ${RING_SECONDS} s`, unanswered],
  ['Two terminals accept at the same instant', twoTerminals],
  ['The callee is busy', busy],
];

/** Played where Tencent is simulated: nobody's phone shall ring for a demonstration. */
const ROBOT_SCENES: readonly (readonly [string, Scene])[] = [
  ['A robot calls through Tencent, and is answered', robotAnswered],
  ['A robot call is ended while it rings', robotEnded],
  ['A robot plays a stream to a group', robotGroup],
];

/** The same where phones are simulated. */
const PHONE_SCENES: readonly (readonly [string, Scene])[] = [
  ['A phone call whose provider takes its time', phoneAnswered],
  ['A phone call is cancelled while it rings', phoneCancelled],
];

/** A refusal, of a permission hook for example, is part of the story; the service stays up. */
function breakOff({ say, stopping }: Stage, error: unknown): void {
  if (stopping.aborted) return;
  say(`  broken off: ${error instanceof Error ? error.message : error}`);
}

/** Plays real calls over HTTP against the running service; users are new at every start. */
export async function playScenes(stage: Stage): Promise<void> {
  if (stage.running.config.AUTH_JWT_SECRET === undefined) return;
  const series = 100_000 + (Math.floor(Date.now() / 1_000) % 900_000);
  const user = (last: string) => actor(stage, `${series}${last}`);
  const [caller, callee, other] = await Promise.all([user('01'), user('02'), user('03')]);
  const { tencent, phone } = stage.running;
  const scenes = [
    ...SCENES,
    ...(tencent === undefined ? [] : ROBOT_SCENES),
    ...(phone === undefined ? [] : PHONE_SCENES),
  ];
  const listening = await audience(stage, [
    [CALLER_PHONE, caller],
    [PHONE, callee],
    [TABLET, callee],
  ]);
  for (const [title, play] of scenes) {
    if (stage.stopping.aborted) break;
    stage.say(`\n${title}`);
    try {
      await play(stage, { caller, callee, other });
      if (!stage.stopping.aborted) await listening.tell();
    } catch (error) {
      breakOff(stage, error);
    }
  }
  await listening.leave();
}
