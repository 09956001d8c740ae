import { randomBytes } from 'node:crypto';
import type { Config } from '../config.js';
import {
  startYuntongxunSimulator,
  type YuntongxunSimulator,
} from '../simulators/yuntongxun/simulator.js';
import type { Undo } from './undo.js';
import { pushUrl } from './yuntongxun-part.js';

interface WithPhones {
  readonly config: Config;
  readonly phone?: YuntongxunSimulator;
}

const HOTLINE = '010-56469588';
/** Of no real account, and of no use after this process. */
const made = (): string => randomBytes(16).toString('hex');

/** Where the provider that is configured places phone calls. */
export const phonesOf = ({ TELEPHONY, TWILIO_API, YUNTONGXUN_API }: Config): string | undefined =>
  TELEPHONY === 'twilio' ? TWILIO_API : YUNTONGXUN_API;

/** A simulated telephony provider where none is configured: its phones answer after two seconds. */
export async function withPhones(config: Config, undo: Undo): Promise<WithPhones> {
  if (phonesOf(config) !== undefined) return { config };
  const account = { accountSid: made(), accountToken: made(), appId: made() };
  const phone = await startYuntongxunSimulator({ port: 0, ...account });
  undo.add(() => phone.stop());
  const simulated = {
    YUNTONGXUN_API: phone.url,
    YUNTONGXUN_ACCOUNT_SID: account.accountSid,
    YUNTONGXUN_ACCOUNT_TOKEN: account.accountToken,
    YUNTONGXUN_APP_ID: account.appId,
    YUNTONGXUN_PUSH_SECRET: made(),
    PHONE_HOTLINE: config.PHONE_HOTLINE ?? HOTLINE,
  };
  return { config: Object.freeze({ ...config, ...simulated }), phone };
}

/** Where the API listens is known only once it does. */
export function haveUsToldOfPhones(
  phone: YuntongxunSimulator | undefined,
  apiUrl: string | undefined,
  { YUNTONGXUN_PUSH_SECRET: secret }: Config,
): void {
  if (apiUrl === undefined || secret === undefined) return;
  phone?.control.pushTo({ url: pushUrl(apiUrl, secret) });
}
