import { Api } from 'tls-sig-api-v2';
import { onTestFinished } from 'vitest';
import type { TencentSimulatorSettings } from '../../../src/simulators/tencent/settings.js';
import {
  startTencentSimulator,
  type TencentSimulator,
} from '../../../src/simulators/tencent/simulator.js';

export const SDK_APP_ID = 88888888;
export const SECRET_KEY = '5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e';

/** Signs as a backend does that uses the vendor's library. */
export const vendor = new Api(SDK_APP_ID, SECRET_KEY);

/** Runs until the test has finished. */
export async function simulator(
  settings: Partial<TencentSimulatorSettings> = {},
): Promise<TencentSimulator> {
  const base = { port: 0, sdkAppId: SDK_APP_ID, secretKey: SECRET_KEY };
  const running = await startTencentSimulator({ ...base, ...settings });
  onTestFinished(() => running.stop());
  return running;
}

export interface Envelope {
  readonly ActionStatus: string;
  readonly ErrorInfo: string;
  readonly ErrorCode: number;
  readonly RequestId: string;
  readonly Response?: Record<string, unknown>;
}

export const goodQuery = (): Record<string, string> => ({
  sdkappid: String(SDK_APP_ID),
  identifier: 'administrator',
  usersig: vendor.genUserSig('administrator', 86_400),
  random: '99999999',
  contenttype: 'json',
});

/** The answer as it was sent. Without a change of the query the request is a good one. */
export async function send(
  url: string,
  command: string,
  body: string,
  change: Record<string, string | undefined> = {},
  signal: AbortSignal | null = null,
): Promise<Response> {
  const query = Object.entries({ ...goodQuery(), ...change }).filter(
    (each): each is [string, string] => each[1] !== undefined,
  );
  const search = new URLSearchParams(query).toString();
  return fetch(`${url}/v4/${command}?${search}`, { method: 'POST', body, signal });
}

export async function post(
  { url }: { readonly url: string },
  command: string,
  body: object,
  change?: Record<string, string | undefined>,
): Promise<Envelope> {
  return (await (await send(url, command, JSON.stringify(body), change)).json()) as Envelope;
}

export const START = 'call_engine_http_srv/start_call_by_robot';
export const INFO = 'call_engine_http_srv/get_call_info';
export const END = 'call_engine_http_srv/end_call';
export const RECORD = 'call_record_http_srv/get_record_by_callid';
export const FILTER = 'call_record_http_srv/get_record_by_filter';
export const SET_CALLBACK = 'call_config/set_callback';
export const GET_CALLBACK = 'call_config/get_callback';
export const DELETE_CALLBACK = 'call_config/delete_callback';

export const startBody = (callees: readonly string[], roomId = 'roomid-test') => ({
  Robot_Account: 'robot',
  CalleeList_Account: callees,
  Timeout: 30_000,
  CallInfo: { MediaType: 'Video', RoomId: roomId, RoomIdType: 2 },
});

/** Rings at these callees; the id of the call. */
export async function started(
  running: TencentSimulator,
  callees: readonly string[] = ['jack'],
  roomId?: string,
): Promise<string> {
  const { Response } = await post(running, START, startBody(callees, roomId));
  return String(Response?.CallId);
}
