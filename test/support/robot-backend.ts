import { setTimeout as pause } from 'node:timers/promises';
import { Api } from 'tls-sig-api-v2';
import type { RobotPlan } from '../../src/contract/robot-plan.js';

export const SDK_APP_ID = 88888888;
export const SECRET_KEY = '5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e';

/** Signed by the vendor's own library. */
export const userSig = (
  identifier = 'administrator',
  { appId = SDK_APP_ID, key = SECRET_KEY, expireSeconds = 86_400 } = {},
): string => new Api(appId, key).genUserSig(identifier, expireSeconds);

export interface Envelope {
  readonly ActionStatus: string;
  readonly ErrorCode: number;
  readonly ErrorInfo: string;
  readonly RequestId: string;
  readonly Response?: {
    readonly CallId?: string;
    readonly CallResult?: readonly { Callee_Account: string; ResultCode: number }[];
    readonly CallInfo?: Record<string, unknown>;
    readonly UserList?: readonly { User_Account: string; Status: string }[];
  };
}

/** A backend that speaks to Tencent, pointed at one host or another. */
export interface RobotBackend {
  /** `query` changes a member of a good query; `undefined` leaves it out. */
  send(
    command: string,
    body: object | string,
    query?: Record<string, string | undefined>,
  ): Promise<Envelope>;
}

let lastRandom = 1_000;

export const robotBackend = (url: string): RobotBackend => ({
  async send(command, body, query = {}) {
    lastRandom += 1;
    const members = {
      sdkappid: String(SDK_APP_ID),
      identifier: 'administrator',
      usersig: userSig(),
      random: String(lastRandom),
      contenttype: 'json',
      ...query,
    };
    const given = Object.entries(members).filter(
      (each): each is [string, string] => each[1] !== undefined,
    );
    const path = command.includes('/') ? command : `call_engine_http_srv/${command}`;
    const answer = await fetch(`${url}/v4/${path}?${new URLSearchParams(given).toString()}`, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return (await answer.json()) as Envelope;
  },
});

const PATIENCE_MS = 60_000;
const AGAIN_AFTER_MS = 200;
/** The outcome is not known: the same request may be sent again. */
const UNKNOWN = 60008;

/** Sends the same request again where a busy machine kept its answer back. */
export const insistentBackend = (backend: RobotBackend): RobotBackend => ({
  async send(command, body, query = {}) {
    lastRandom += 1;
    const same = { random: String(lastRandom), ...query };
    const until = performance.now() + PATIENCE_MS;
    for (;;) {
      const answer = await backend.send(command, body, same);
      if (answer.ErrorCode !== UNKNOWN || performance.now() > until) return answer;
      await pause(AGAIN_AFTER_MS);
    }
  },
});

export const aStartBody = (more: object = {}) => ({
  Robot_Account: 'robot',
  CalleeList_Account: ['jack'],
  Timeout: 30_000,
  CallInfo: { MediaType: 'Video', RoomId: 'roomid-test', RoomIdType: 2 },
  ...more,
});

/** What becomes of such a body once it was read. */
export const aPlan = (more: Partial<RobotPlan> = {}): RobotPlan => ({
  robot: 'robot',
  callees: ['jack'],
  media: 'video',
  room: { id: 'room-1', kind: 'text' },
  ringMs: 30_000,
  ...more,
});
