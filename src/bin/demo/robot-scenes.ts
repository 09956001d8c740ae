import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { issueUserSig } from '../../providers/rtc-tokens/user-sig.js';
import { providerCallLink, type Stage } from './stage.js';

/** A backend that speaks Tencent's Call REST API, pointed at us. */
const ROBOT = 'robot';
const CALLEE = 'jack';
const RING_MS = 30_000;
const POLL_MS = 250;
const GONE = 101004;

interface Answer {
  readonly ErrorCode: number;
  readonly ErrorInfo: string;
  readonly Response?: {
    readonly CallId?: string;
    readonly UserList?: readonly { readonly User_Account: string; readonly Status: string }[];
  };
}

async function send({ running }: Stage, command: string, body: object): Promise<Answer> {
  const { TRTC_SDK_APP_ID: sdkAppId = 0, TRTC_SECRET_KEY: secretKey = '' } = running.config;
  const [identifier = ''] = running.config.TENCENT_ADMINISTRATORS;
  const time = Math.floor(Date.now() / 1_000);
  const query = new URLSearchParams({
    sdkappid: String(sdkAppId),
    identifier,
    usersig: issueUserSig({ userId: identifier, sdkAppId, time, expire: 3_600 }, secretKey),
    random: String(randomInt(2 ** 32)),
    contenttype: 'json',
  });
  const url = `${running.service.apiUrl}/v4/call_engine_http_srv/${command}?${query.toString()}`;
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  return (await answer.json()) as Answer;
}

const people = ({ Response }: Answer): string =>
  (Response?.UserList ?? [])
    .map(({ User_Account, Status }) => `${User_Account} ${Status}`)
    .join(', ');
const said = (answer: Answer): string =>
  answer.ErrorCode === 0 ? 'OK' : `${answer.ErrorCode} ${answer.ErrorInfo}`;

async function told(stage: Stage, what: string, how: (a: Answer) => string, ask: Promise<Answer>) {
  const begun = performance.now();
  const answer = await ask;
  const took = `${(performance.now() - begun).toFixed(0)} ms`;
  stage.say(`  ${what.padEnd(44)} ${took.padStart(7)}  ${how(answer)}`);
  return answer;
}

async function ring(stage: Stage): Promise<string> {
  const body = {
    Robot_Account: ROBOT,
    CalleeList_Account: [CALLEE],
    Timeout: RING_MS,
    CallInfo: { MediaType: 'Video' },
  };
  const asked = send(stage, 'start_call_by_robot', body);
  const { Response } = await told(stage, `${ROBOT} calls ${CALLEE}`, callIdOrWhy, asked);
  if (Response?.CallId === undefined) throw new Error('no call');
  stage.say(`  ${providerCallLink(stage.running, Response.CallId)}`);
  return Response.CallId;
}

const callIdOrWhy = (answer: Answer): string => answer.Response?.CallId ?? said(answer);

/** Until the list of people, or that there is none any more, is as wanted. */
async function until(stage: Stage, CallId: string, wanted: (answer: Answer) => boolean) {
  for (;;) {
    const answer = await send(stage, 'get_call_info', { CallId });
    if (wanted(answer) || stage.stopping.aborted) return answer;
    await pause(POLL_MS);
  }
}

export async function robotAnswered(stage: Stage): Promise<void> {
  const CallId = await ring(stage);
  const answered = (answer: Answer) => people(answer).includes(`${CALLEE} Calling`);
  await told(stage, `${CALLEE} answers`, people, until(stage, CallId, answered));
  stage.running.tencent?.control.act({ callId: CallId, user: CALLEE, action: 'HangUp' });
  const gone = until(stage, CallId, ({ ErrorCode }) => ErrorCode === GONE);
  await told(stage, `${CALLEE} hangs up`, said, gone);
}

export async function robotEnded(stage: Stage): Promise<void> {
  const CallId = await ring(stage);
  await told(stage, 'who is in it', people, send(stage, 'get_call_info', { CallId }));
  await told(stage, 'the backend ends it', said, send(stage, 'end_call', { CallId }));
  await told(stage, 'and asks for it', said, send(stage, 'get_call_info', { CallId }));
}
