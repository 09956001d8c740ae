import { onTestFinished } from 'vitest';
import type { Dial, SubAccount, Telephony } from '../../../src/ports/telephony.js';
import {
  createYuntongxunTelephony,
  type YuntongxunSettings,
} from '../../../src/providers/yuntongxun/telephony.js';
import type { YuntongxunSimulatorSettings } from '../../../src/simulators/yuntongxun/settings.js';
import type { YuntongxunSimulator } from '../../../src/simulators/yuntongxun/simulator.js';
import { ACCOUNT, APP_ID, yuntongxun } from '../../support/yuntongxun.js';

export const CALLER = '+8613800138000';
export const CALLEE = '+8613900139000';
export const HOTLINE = '+861056469588';
export const TOKEN = '45001x7Rk2QpLm9';

export function telephonyAt(url: string, more: Partial<YuntongxunSettings> = {}): Telephony {
  const telephony = createYuntongxunTelephony({ url, account: ACCOUNT, appId: APP_ID, ...more });
  onTestFinished(() => telephony.close());
  return telephony;
}

export interface Line {
  readonly simulator: YuntongxunSimulator;
  readonly telephony: Telephony;
  readonly account: SubAccount;
  readonly dial: Dial;
}

/** A simulated provider, a client of it, and a sub-account to dial with. */
export async function line(
  settings: Partial<YuntongxunSimulatorSettings> = {},
  more: Partial<YuntongxunSettings> = {},
): Promise<Line> {
  const simulator = await yuntongxun(settings);
  const telephony = telephonyAt(simulator.url, more);
  const made = await telephony.subAccount('switchyard-10001');
  if (made.kind !== 'account') throw new Error(JSON.stringify(made));
  const { account } = made;
  const dial = { account, caller: CALLER, callee: CALLEE, token: TOKEN, maxSeconds: 60 };
  return { simulator, telephony, account, dial };
}

export async function placedOn({ telephony, dial }: Line): Promise<string> {
  const placed = await telephony.place(dial);
  if (placed.kind !== 'accepted') throw new Error(JSON.stringify(placed));
  return placed.providerCallId;
}
