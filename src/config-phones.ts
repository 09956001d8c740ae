import { z } from 'zod';
import { flag, whole } from './config-kinds.js';

/** Of phone calls, and of the provider that places them. */
export const PHONE_VARIABLES = {
  PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Where providers reach this API, for what they push'),
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

/** What is missing of settings that need each other. */
export const phonePairs = (config: Readonly<Record<string, unknown>>): string[] => [
  ...(OF_YUNTONGXUN.some((name) => config[name] !== undefined) &&
  OF_YUNTONGXUN.some((name) => config[name] === undefined)
    ? [`${OF_YUNTONGXUN.join(', ')}: give all or none`]
    : []),
];
