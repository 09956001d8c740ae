import { Api } from 'tls-sig-api-v2';
import { onTestFinished } from 'vitest';
import type { TencentSimulatorSettings } from '../../src/simulators/tencent/settings.js';
import {
  startTencentSimulator,
  type TencentSimulator,
} from '../../src/simulators/tencent/simulator.js';
import { type Stack, startStack } from './stack.js';

export const SDK_APP_ID = 88888888;
export const SECRET_KEY = '5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e';
const vendor = new Api(SDK_APP_ID, SECRET_KEY);

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

/** Signs with the vendor's own library. */
export const robotBackend = (url: string): RobotBackend => ({
  async send(command, body, query = {}) {
    lastRandom += 1;
    const members = {
      sdkappid: String(SDK_APP_ID),
      identifier: 'administrator',
      usersig: vendor.genUserSig('administrator', 86_400),
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

export const aStartBody = (more: object = {}) => ({
  Robot_Account: 'robot',
  CalleeList_Account: ['jack'],
  Timeout: 30_000,
  CallInfo: { MediaType: 'Video', RoomId: 'roomid-test', RoomIdType: 2 },
  ...more,
});

export interface TencentStack {
  readonly stack: Stack;
  readonly simulator: TencentSimulator;
  /** Speaks to us. */
  readonly backend: RobotBackend;
  /** Speaks to Tencent itself. */
  readonly direct: RobotBackend;
}

/** The service, pointed at a simulated Tencent; both end with the test. */
export async function startTencentStack(
  settings: Partial<TencentSimulatorSettings> = {},
  env: NodeJS.ProcessEnv = {},
): Promise<TencentStack> {
  const simulator = await startTencentSimulator({
    port: 0,
    sdkAppId: SDK_APP_ID,
    secretKey: SECRET_KEY,
    devices: [{ does: 'nothing' }],
    recordDelayMs: 200,
    ...settings,
  });
  onTestFinished(() => simulator.stop());
  const stack = await startStack({
    env: {
      TRTC_SDK_APP_ID: String(SDK_APP_ID),
      TRTC_SECRET_KEY: SECRET_KEY,
      TENCENT_CALL_API: simulator.url,
      ...env,
    },
  });
  return {
    stack,
    simulator,
    backend: robotBackend(stack.url),
    direct: robotBackend(simulator.url),
  };
}
