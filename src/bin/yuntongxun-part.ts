import type { Config } from '../config.js';
import { createYuntongxunPushes } from '../providers/yuntongxun/pushes.js';
import { createYuntongxunTelephony, parseStateWords } from '../providers/yuntongxun/telephony.js';
import { checked } from './checked.js';
import type { PhoneProvider } from './phone-provider.js';

/** What the provider is told in its console; the name of each push comes below it. */
export const pushUrl = (publicUrl: string, secret: string): string =>
  `${publicUrl.replace(/\/$/, '')}/webhooks/yuntongxun/${secret}`;

/** Yuntongxun, where it is configured. */
export function yuntongxunPart(config: Config): PhoneProvider | undefined {
  const { YUNTONGXUN_API: url, YUNTONGXUN_ACCOUNT_SID: sid } = config;
  const { YUNTONGXUN_ACCOUNT_TOKEN: token, YUNTONGXUN_APP_ID: appId } = config;
  const { YUNTONGXUN_PUSH_SECRET: secret, YUNTONGXUN_STATES: states, PUBLIC_URL } = config;
  if (url === undefined || sid === undefined || token === undefined) return undefined;
  if (appId === undefined || secret === undefined) return undefined;
  const telephony = createYuntongxunTelephony({
    url,
    appId,
    account: { sid, token },
    ...(PUBLIC_URL !== undefined && { cdrUrl: `${pushUrl(PUBLIC_URL, secret)}/CDR` }),
    ...(states !== undefined && {
      stateWords: checked('YUNTONGXUN_STATES', () => parseStateWords(states)),
    }),
  });
  return {
    telephony,
    pushes: createYuntongxunPushes({ secret }),
    showsHotline: config.PHONE_SHOWS_HOTLINE,
    makesSubAccounts: config.PHONE_MAKES_SUB_ACCOUNTS,
    stop: () => telephony.close(),
  };
}
