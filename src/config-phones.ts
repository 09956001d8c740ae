import { z } from 'zod';
import { flag, whole } from './config-kinds.js';

/** Of phone calls, and of the provider that places them. */
export const PHONE_VARIABLES = {
  PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Where providers reach this API, for what they push'),
  TELEPHONY: z
    .enum(['yuntongxun', 'twilio'])
    .default('yuntongxun')
    .describe('Who places phone calls'),
  YUNTONGXUN_API: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Where phone calls are placed, for example https://app.cloopen.com:8883'),
  YUNTONGXUN_ACCOUNT_SID: z.string().min(1).optional().describe('Main account'),
  YUNTONGXUN_ACCOUNT_TOKEN: z.string().min(1).optional().describe('Token of the main account'),
  YUNTONGXUN_APP_ID: z.string().min(1).optional().describe('Application of the main account'),
  YUNTONGXUN_PUSH_SECRET: z
    .string()
    .regex(/^[\w-]{16,128}$/, { error: 'must have 16 to 128 letters, digits, - and _' })
    .optional()
    .describe('End of the path to which the provider pushes what becomes of a call'),
  YUNTONGXUN_STATES: z
    .string()
    .optional()
    .describe(
      'What its words for a state mean, word=stage with commas; nobody documents them, so unset they prove nothing',
    ),
  TWILIO_API: z
    .url({ protocol: /^https?$/ })
    .default('https://api.twilio.com')
    .describe('Where Twilio places phone calls'),
  TWILIO_ACCOUNT_SID: z
    .string()
    .regex(/^AC[0-9a-fA-F]{32}$/, { error: 'must be AC and 32 hexadecimal digits' })
    .optional()
    .describe('Account that pays for the calls'),
  TWILIO_AUTH_TOKEN: z
    .string()
    .min(1)
    .optional()
    .describe('Token of that account; it verifies what Twilio says as well'),
  TWILIO_CALLER_NUMBER: z
    .string()
    .regex(/^\+[1-9]\d{6,14}$/, { error: 'must be a number as +14155550100' })
    .optional()
    .describe('Number of that account, which both phones show'),
  PHONE_CONFIRM_CALLER: z
    .enum(['key', 'none'])
    .default('key')
    .describe(
      'With Twilio: `key` has callers press one before the other side is dialled, so that no voicemail talks to a stranger',
    ),
  PHONE_REGION: z
    .string()
    .regex(/^[A-Z]{2}$/, { error: 'must be a country of two letters' })
    .default('CN')
    .describe('Country of numbers that are written without one'),
  PHONE_PREFIXES: z
    .string()
    .optional()
    .transform((list) => (list === undefined ? [] : list.split(',').map((each) => each.trim())))
    .refine((list) => list.every((prefix) => /^\+\d{1,15}$/.test(prefix)), {
      error: 'must be beginnings of numbers, as +86, with commas',
    })
    .describe(
      'Beginnings of numbers that may be called; unset, mobile and fixed ones of PHONE_REGION',
    ),
  PHONE_HOTLINE: z
    .string()
    .optional()
    .describe('Number of the service hotline, as people are told it'),
  PHONE_SHOWS_HOTLINE: flag(true).describe('Show both phones the hotline as the number that calls'),
  PHONE_MAKES_SUB_ACCOUNTS: flag(true).describe(
    'Make a sub-account at the provider for a user who has none',
  ),
  PHONE_RING_TIMEOUT_SECONDS: whole(120, 1, 600).describe('Ring time of both phones together'),
  PHONE_MAX_DURATION_SECONDS: whole(3_600, 1, 86_400).describe('Longest conversation by phone'),
  PHONE_CALLS_PER_HOUR: whole(20, 1, 1_000_000).describe('Phone calls that one user may place'),
  PHONE_CALLS_PER_HOUR_OF_ALL: whole(1_000, 1, 100_000_000).describe(
    'Phone calls that all users together may place',
  ),
};

const OF_YUNTONGXUN = [
  'YUNTONGXUN_API',
  'YUNTONGXUN_ACCOUNT_SID',
  'YUNTONGXUN_ACCOUNT_TOKEN',
  'YUNTONGXUN_APP_ID',
  'YUNTONGXUN_PUSH_SECRET',
] as const;

const OF_TWILIO = [
  'TWILIO_ACCOUNT_SID',
  'TWILIO_AUTH_TOKEN',
  'TWILIO_CALLER_NUMBER',
  'PUBLIC_URL',
] as const;

/** Twilio signs the address that it is given, and both numbers travel in what it says. */
function isFitForTwilio(publicUrl: string): boolean {
  const { protocol, hostname, search, hash } = new URL(publicUrl);
  const isPrivate = protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  return isPrivate && search === '' && hash === '';
}

/** What is missing of settings that need each other. */
export const phonePairs = (config: Readonly<Record<string, unknown>>): string[] => [
  ...(OF_YUNTONGXUN.some((name) => config[name] !== undefined) &&
  OF_YUNTONGXUN.some((name) => config[name] === undefined)
    ? [`${OF_YUNTONGXUN.join(', ')}: give all or none`]
    : []),
  ...(config.TELEPHONY === 'twilio' && OF_TWILIO.some((name) => config[name] === undefined)
    ? [`${OF_TWILIO.join(', ')}: needed with TELEPHONY=twilio`]
    : []),
  ...(config.TELEPHONY !== 'twilio' && config.TWILIO_ACCOUNT_SID !== undefined
    ? ['TWILIO_ACCOUNT_SID: is used with TELEPHONY=twilio alone']
    : []),
  ...(config.TELEPHONY === 'twilio' &&
  typeof config.PUBLIC_URL === 'string' &&
  !isFitForTwilio(config.PUBLIC_URL)
    ? ['PUBLIC_URL: with TELEPHONY=twilio it must be https, without ? and #']
    : []),
];
