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
import type { PhoneDependencies } from '../service/phone/phone-dependencies.js';
import { checked } from './checked.js';
import type { PhoneProvider } from './phone-provider.js';

/** What phone calls need beside what every call needs. */
export type PhoneParts = Pick<PhoneDependencies, 'dialPlan' | 'phone' | 'filler' | 'pause'>;

export interface PhonePart extends PhoneParts {
  readonly telephony: Telephony;
  readonly pushes: PhonePushes;
  stop(): Promise<void>;
}

/** Only the one that is used is loaded. */
async function providerOf(config: Config): Promise<PhoneProvider | undefined> {
  if (config.TELEPHONY === 'twilio') {
    const { twilioPart } = await import('./twilio-part.js');
    return twilioPart(config);
  }
  const { yuntongxunPart } = await import('./yuntongxun-part.js');
  return yuntongxunPart(config);
}

export const phoneNumbers = ({ PHONE_REGION }: Config): PhoneNumbers =>
  checked('PHONE_REGION', () => createPhoneNumbers(PHONE_REGION));

/** Phone calls, where a telephony provider is configured. */
export async function phonePart(
  config: Config,
  directory: Pick<Directory, 'find'>,
): Promise<PhonePart | undefined> {
  const provider = await providerOf(config);
  if (provider === undefined) return undefined;
  const { telephony, pushes } = provider;
  return {
    telephony,
    pushes,
    dialPlan: dialPlan(config, directory, provider),
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
    stop: () => provider.stop(),
  };
}

function dialPlan(
  config: Config,
  directory: Pick<Directory, 'find'>,
  { showsHotline, makesSubAccounts }: PhoneProvider,
) {
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
    showsHotline,
    makesSubAccounts,
  });
}
