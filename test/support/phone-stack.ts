import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from '../../src/client/create-client.js';
import type { Phone } from '../../src/simulators/yuntongxun/phones.js';
import type { YuntongxunSimulatorSettings } from '../../src/simulators/yuntongxun/settings.js';
import type { YuntongxunSimulator } from '../../src/simulators/yuntongxun/simulator.js';
import { freePort } from './free-port.js';
import { openStack, type Stack } from './stack.js';
import { serviceToken, userToken } from './tokens.js';
import { ACCOUNT, APP_ID, openYuntongxun } from './yuntongxun.js';

const PUSH_SECRET = 'a-secret-end-of-a-path';

export interface PhoneAnswer {
  readonly returnCode: number;
  readonly returnMsg: string;
  readonly data?: {
    readonly callSid?: string;
    readonly stateType?: string;
    readonly isSuccess?: string;
  };
}

export interface PhoneUser {
  readonly userId: string;
  /** As the provider is given it. */
  readonly number: string;
  get(path: string): Promise<PhoneAnswer>;
}

export interface PhoneStack {
  readonly stack: Stack;
  readonly simulator: YuntongxunSimulator;
  /** Where the embedded store is. */
  readonly folder: string;
  stop(): Promise<void>;
  /** Somebody with a phone, who does this with it. */
  user(phone?: Phone): Promise<PhoneUser>;
  /** The callSid of a call that is placed. */
  dial(caller: PhoneUser, callee: PhoneUser): Promise<string>;
  /** Asks until the call is at this stage. */
  until(caller: PhoneUser, callSid: string, stateType: string): Promise<void>;
}

let lastUser = 700_000;

const phoneEnv = (simulatorUrl: string, port: number): NodeJS.ProcessEnv => ({
  PORT: String(port),
  PUBLIC_URL: `http://127.0.0.1:${port}`,
  YUNTONGXUN_API: simulatorUrl,
  YUNTONGXUN_ACCOUNT_SID: ACCOUNT.sid,
  YUNTONGXUN_ACCOUNT_TOKEN: ACCOUNT.token,
  YUNTONGXUN_APP_ID: APP_ID,
  YUNTONGXUN_PUSH_SECRET: PUSH_SECRET,
  PHONE_HOTLINE: '010-56469588',
});

const pushUrlOf = (url: string): string => `${url}/webhooks/yuntongxun/${PUSH_SECRET}`;

/** The service, pointed at a simulated telephony provider that pushes to it. */
export async function openPhoneStack(
  settings: Partial<YuntongxunSimulatorSettings> = {},
  env: NodeJS.ProcessEnv = {},
): Promise<PhoneStack> {
  const simulator = await openYuntongxun(settings);
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-phones-'));
  const port = await freePort();
  const stack = await openStack({
    env: { SWITCHYARD_DIR: folder, ...phoneEnv(simulator.url, port), ...env },
  });
  simulator.control.pushTo({ url: pushUrlOf(stack.url) });
  return {
    ...phoneStackOf(stack, simulator),
    folder,
    async stop() {
      await stack.stop();
      await simulator.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const AGAIN_AFTER_MS = 100;

/** Somebody whom the service knows to have this phone, and who asks for calls. */
export async function phoneUserAt(url: string, userId: string, number: string): Promise<PhoneUser> {
  const backend = createClient({ baseUrl: url, token: await serviceToken() });
  await backend.putUser({ userId }, { phone: number });
  const token = await userToken(userId);
  return {
    userId,
    number,
    async get(path) {
      const answer = await fetch(`${url}/v1/app/${path}?access_token=${token}`);
      return (await answer.json()) as PhoneAnswer;
    },
  };
}

function phoneStackOf(
  stack: Stack,
  simulator: YuntongxunSimulator,
): Omit<PhoneStack, 'stop' | 'folder'> {
  const { url } = stack;
  return {
    stack,
    simulator,
    async user(phone) {
      lastUser += 1;
      const userId = String(lastUser);
      const number = `139${String(lastUser).padStart(8, '0')}`;
      if (phone !== undefined) simulator.control.script({ number, phone });
      return phoneUserAt(url, userId, number);
    },
    async dial(caller, callee) {
      const answer = await caller.get(`call/${callee.userId}`);
      const callSid = answer.data?.callSid;
      if (callSid === undefined) throw new Error(JSON.stringify(answer));
      return callSid;
    },
    async until(caller, callSid, stateType) {
      for (let tries = 0; tries < 600; tries += 1) {
        const { data } = await caller.get(`callState/${callSid}`);
        if (data?.stateType === stateType) return;
        await pause(AGAIN_AFTER_MS);
      }
      throw new Error(`the call never came to ${stateType}`);
    },
  };
}
