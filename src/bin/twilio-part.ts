import type { Config } from '../config.js';
import { createTwilioPushes } from '../providers/twilio/pushes.js';
import { createDialSeal } from '../providers/twilio/sealed-dial.js';
import { createTwilioTelephony } from '../providers/twilio/telephony.js';
import type { PhoneProvider } from './phone-provider.js';

/** The longest that Twilio lets a phone ring. */
const LONGEST_RING_SECONDS = 600;

/** Twilio, which is configured whole or not at all. */
export function twilioPart(config: Config): PhoneProvider | undefined {
  const { TWILIO_API: url, TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken } = config;
  const { TWILIO_CALLER_NUMBER: callerNumber, PUBLIC_URL: publicUrl } = config;
  if (accountSid === undefined || authToken === undefined) return undefined;
  if (callerNumber === undefined || publicUrl === undefined) return undefined;
  const script = {
    publicUrl,
    callerNumber,
    confirms: config.PHONE_CONFIRM_CALLER,
    ringSeconds: Math.min(config.PHONE_RING_TIMEOUT_SECONDS, LONGEST_RING_SECONDS),
    seal: createDialSeal(authToken),
  };
  return {
    telephony: createTwilioTelephony({ url, accountSid, authToken, script }),
    pushes: createTwilioPushes({ accountSid, authToken, script }),
    // Both phones show the number that calls them, which must be the account's own.
    showsHotline: false,
    // There are none to be missed.
    makesSubAccounts: true,
    stop: async () => undefined,
  };
}
