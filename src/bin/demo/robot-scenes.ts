import {
  type Answer,
  CALL_INFO,
  ENGINE,
  isGone,
  people,
  ring,
  said,
  send,
  told,
  until,
} from './robot-backend.js';
import type { Stage } from './stage.js';

const RECORD = 'call_record_http_srv/get_record_by_callid';
const CALLEE = 'jack';
/** Of a group: one answers, and one lets it ring. */
const ANSWERS = 'ann';
const RINGS_ON = 'bob';
const STREAM = 'https://media.example.com/welcome.mp3';
const STREAM_MS = 2_000;

export async function robotAnswered(stage: Stage): Promise<void> {
  const CallId = await ring(stage, [CALLEE]);
  const answered = until(stage, CALL_INFO, CallId, (answer) =>
    people(answer).includes(`${CALLEE} Calling`),
  );
  await told(stage, `${CALLEE} answers`, people, answered);
  stage.running.tencent?.calls.control.act({ callId: CallId, user: CALLEE, action: 'HangUp' });
  await told(stage, `${CALLEE} hangs up`, said, until(stage, CALL_INFO, CallId, isGone));
}

export async function robotEnded(stage: Stage): Promise<void> {
  const CallId = await ring(stage, [CALLEE]);
  await told(stage, 'who is in it', people, send(stage, CALL_INFO, { CallId }));
  await told(stage, 'the backend ends it', said, send(stage, `${ENGINE}/end_call`, { CallId }));
  await told(stage, 'and asks for it', said, send(stage, CALL_INFO, { CallId }));
}

/** A voice notification: the call ends when everything was said. */
export async function robotGroup(stage: Stage): Promise<void> {
  const { tencent } = stage.running;
  tencent?.calls.control.script({ user: RINGS_ON, devices: [{ does: 'nothing' }] });
  tencent?.rooms.control.stream(STREAM, { ms: STREAM_MS });
  const StreamIngest = { StreamUrl: STREAM, EndCallWhenFinished: true };
  const CallId = await ring(stage, [ANSWERS, RINGS_ON], { StreamIngest });
  const answered = until(stage, CALL_INFO, CallId, (answer) =>
    people(answer).includes(`${ANSWERS} Calling`),
  );
  await told(stage, `${ANSWERS} answers, ${RINGS_ON} does not`, people, answered);
  const over = until(stage, CALL_INFO, CallId, isGone);
  await told(stage, 'the stream is heard to its end', said, over);
  const record = until(stage, RECORD, CallId, ({ ErrorCode }) => ErrorCode === 0);
  await told(stage, 'its record', resultIn, record);
  const { tasks = [] } = tencent?.rooms.control.ledger() ?? {};
  const stillPlaying = tasks.filter(({ endedAt }) => endedAt === undefined).length;
  stage.say(`  streams that still play: ${stillPlaying}`);
}

const resultIn = (answer: Answer): string => {
  const { CallType, CallResult } = answer.Response?.CallRecord ?? {};
  return CallResult === undefined ? said(answer) : `${CallType}, ${CallResult}`;
};
