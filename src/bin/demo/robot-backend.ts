import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { issueUserSig } from '../../providers/rtc-tokens/user-sig.js';
import { providerCallLink, type Stage } from './stage.js';

/** A backend that speaks Tencent's Call REST API, pointed at us. */
export const ENGINE = 'call_engine_http_srv';
export const CALL_INFO = `${ENGINE}/get_call_info`;
const ROBOT = 'robot';
const RING_MS = 30_000;
const POLL_MS = 250;
const GONE = 101004;

export interface Answer {
  readonly ErrorCode: number;
  readonly ErrorInfo: string;
  readonly Response?: {
    readonly CallId?: string;
    readonly CallRecord?: { readonly CallResult: string; readonly CallType: string };
    readonly UserList?: readonly { readonly User_Account: string; readonly Status: string }[];
  };
}

export async function send({ running }: Stage, command: string, body: object): Promise<Answer> {
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
  const url = `${running.service.apiUrl}/v4/${command}?${query.toString()}`;
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  return (await answer.json()) as Answer;
}

export const people = ({ Response }: Answer): string =>
  (Response?.UserList ?? [])
    .map(({ User_Account, Status }) => `${User_Account} ${Status}`)
    .join(', ');
export const said = (answer: Answer): string =>
  answer.ErrorCode === 0 ? 'OK' : `${answer.ErrorCode} ${answer.ErrorInfo}`;

export async function told(
  stage: Stage,
  what: string,
  how: (a: Answer) => string,
  ask: Promise<Answer>,
) {
  const begun = performance.now();
  const answer = await ask;
  const took = `${(performance.now() - begun).toFixed(0)} ms`;
  stage.say(`  ${what.padEnd(44)} ${took.padStart(7)}  ${how(answer)}`);
  return answer;
}

/** Rings, and shows where the call is found. */
export async function ring(
  stage: Stage,
  callees: readonly string[],
  more: object = {},
): Promise<string> {
  const body = {
    Robot_Account: ROBOT,
    CalleeList_Account: callees,
    Timeout: RING_MS,
    CallInfo: { MediaType: 'Video' },
    ...more,
  };
  const asked = send(stage, `${ENGINE}/start_call_by_robot`, body);
  const what = `${ROBOT} calls ${callees.join(' and ')}`;
  const { Response } = await told(stage, what, callIdOrWhy, asked);
  if (Response?.CallId === undefined) throw new Error('no call');
  stage.say(`  ${providerCallLink(stage.running, Response.CallId)}`);
  return Response.CallId;
}

export const isGone = ({ ErrorCode }: Answer): boolean => ErrorCode === GONE;

const callIdOrWhy = (answer: Answer): string => answer.Response?.CallId ?? said(answer);

/** Asks until the answer is as wanted. */
export async function until(
  stage: Stage,
  command: string,
  CallId: string,
  wanted: (answer: Answer) => boolean,
): Promise<Answer> {
  for (;;) {
    const answer = await send(stage, command, { CallId });
    if (wanted(answer) || stage.stopping.aborted) return answer;
    await pause(POLL_MS);
  }
}
