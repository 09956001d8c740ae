import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type Config, InvalidConfig } from '../config.js';
import { FILLER_CHARS } from '../contract/phone-token.js';
import type { PhoneNumbers } from '../ports/dial-plan.js';
import type { Directory } from '../ports/directory.js';
import type { PhonePushes } from '../ports/phone-pushes.js';
import type { Telephony } from '../ports/telephony.js';
import { createDialPlan } from '../providers/phone-numbers/dial-plan.js';
import { createPhoneNumbers } from '../providers/phone-numbers/phone-numbers.js';
import { createYuntongxunPushes } from '../providers/yuntongxun/pushes.js';
import { createYuntongxunTelephony, parseStateWords } from '../providers/yuntongxun/telephony.js';
import type { PhoneDependencies } from '../service/phone/phone-dependencies.js';

/** What phone calls need beside what every call needs. */
export type PhoneParts = Pick<PhoneDependencies, 'dialPlan' | 'phone' | 'filler' | 'pause'>;

export interface PhonePart extends PhoneParts {
  readonly telephony: Telephony;
  readonly pushes: PhonePushes;
  stop(): Promise<void>;
}

/** Whatever throws a RangeError says what is wrong with this variable. */
function checked<T>(variable: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) throw new InvalidConfig(`${variable}: ${error.message}`);
    throw error;
  }
}

export const phoneNumbers = ({ PHONE_REGION }: Config): PhoneNumbers =>
  checked('PHONE_REGION', () => createPhoneNumbers(PHONE_REGION));

/** Phone calls, where a telephony provider is configured. */
export function phonePart(
  config: Config,
  directory: Pick<Directory, 'find'>,
): PhonePart | undefined {
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
    dialPlan: dialPlan(config, directory),
    phone: {
      limits: {
        perUser: config.PHONE_CALLS_PER_HOUR,
        perTenant: config.PHONE_CALLS_PER_HOUR_OF_ALL,
      },
      ringTimeoutMs: config.PHONE_RING_TIMEOUT_SECONDS * 1_000,
      maxDurationMs: config.PHONE_MAX_DURATION_SECONDS * 1_000,
      polls: telephony.saysStages,
    },
    filler: () => randomBytes(FILLER_CHARS).toString('hex').slice(0, FILLER_CHARS),
    pause: (ms) => pause(ms),
    stop: () => telephony.close(),
  };
}

/** What the provider is told in its console; the name of each push comes below it. */
export const pushUrl = (publicUrl: string, secret: string): string =>
  `${publicUrl.replace(/\/$/, '')}/webhooks/yuntongxun/${secret}`;

function dialPlan(config: Config, directory: Pick<Directory, 'find'>) {
  const { PHONE_HOTLINE: written } = config;
  const numbers = checked('PHONE_REGION', () => createPhoneNumbers(config.PHONE_REGION));
  const number = written === undefined ? undefined : numbers.read(written);
  if (written !== undefined && number === undefined) {
    throw new InvalidConfig('PHONE_HOTLINE: is no phone number');
  }
  return createDialPlan({
    directory,
    destinations: { region: numbers.region, prefixes: config.PHONE_PREFIXES },
    ...(written !== undefined && number !== undefined && { hotline: { written, number } }),
    showsHotline: config.PHONE_SHOWS_HOTLINE,
    makesSubAccounts: config.PHONE_MAKES_SUB_ACCOUNTS,
  });
}
