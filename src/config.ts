import { z } from 'zod';
import { flag, whole } from './config-kinds.js';
import { PHONE_VARIABLES, phonePairs } from './config-phones.js';
import { parseKeys } from './keys/keyring.js';

const network = z.union([z.cidrv4(), z.cidrv6()]);

const port = (fallback: number) => whole(fallback, 0, 65_535);

const pairsIn = (list: string): Readonly<Record<string, string>> => {
  const pairs = list.split(',').map((each) => each.trim().split('='));
  return Object.fromEntries(pairs.map(([name = '', value = '']) => [name, value]));
};

/** Every variable the service reads, and nothing else reads the environment. */
export const configSchema = z.object({
  HOST: z.string().default('127.0.0.1').describe('Address the API listens on'),
  PORT: port(3000).describe('Port of the API'),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .optional()
    .describe('PostgreSQL; without it an embedded PGlite in SWITCHYARD_DIR'),
  STORE_KEYS: z
    .string()
    .optional()
    .transform((list, issues) => {
      try {
        return list === undefined ? [] : parseKeys(list);
      } catch (error) {
        issues.addIssue(error instanceof Error ? error.message : String(error));
        return z.NEVER;
      }
    })
    .describe(
      'Keys that seal secrets in the store: id:base64 of 32 bytes, with commas; the first seals, all open',
    ),
  SWITCHYARD_DIR: z
    .string()
    .default('.switchyard')
    .describe('Folder of the embedded stores, for one process at a time'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace'])
    .default('info')
    .describe('The least severe lines that are logged'),
  CALLS_HTTP_STATUS: z
    .enum(['fit', '200'])
    .default('fit')
    .describe('`fit` sends the HTTP status of each code, `200` always 200'),
  CALLS_RING_TIMEOUT_SECONDS: whole(30, 1, 600).describe('Ring time of a call that names none'),
  CALLS_MAX_DURATION_SECONDS: whole(14_400, 1, 604_800).describe('Longest conversation'),
  CALLS_ALL_LEFT_GRACE_SECONDS: whole(30, 1, 3_600).describe(
    'How long a call outlives the last party that reported `left`',
  ),
  MEDIA_REPORTS: z
    .enum(['optional', 'required'])
    .default('optional')
    .describe('`required` ends an accepted call that nobody joins in time'),
  CALLS_CONNECT_TIMEOUT_SECONDS: whole(30, 1, 3_600).describe(
    'Time to join after acceptance, with MEDIA_REPORTS=required',
  ),
  RATE_LIMIT_PER_SECOND: whole(50, 1, 100_000).describe('Requests per user and process'),
  AUTH_JWT_SECRET: z
    .string()
    .min(32, { error: 'must have at least 32 characters' })
    .optional()
    .describe('Shared secret (HS256) of the tokens, at least 32 characters; or give a public key'),
  AUTH_JWT_PUBLIC_KEY: z
    .string()
    .optional()
    .describe('PEM public key (RS256, ES256 or EdDSA) of the tokens'),
  AUTH_ISSUER: z.string().default('switchyard').describe('Required `iss` of the tokens'),
  AUTH_AUDIENCE: z.string().default('switchyard').describe('Required `aud` of the tokens'),
  TRTC_SDK_APP_ID: z.coerce
    .number()
    .int()
    .positive()
    .max(4_294_967_295)
    .optional()
    .describe('TRTC application id'),
  TRTC_SECRET_KEY: z.string().min(1).optional().describe('TRTC key that signs RTC tokens'),
  TRTC_TOKEN_TTL_SECONDS: whole(86_400, 60, 15_552_000).describe('Validity of an RTC token'),
  TRTC_PRIVATE_MAP_KEY: flag(false).describe(
    'Add a room-bound PrivateMapKey to RTC tokens (TRTC advanced permission control)',
  ),
  TENCENT_CALL_API: z
    .string()
    .optional()
    .describe(
      'Where robot calls are placed: China, Singapore, Seoul, Frankfurt, Silicon Valley, Jakarta, or a URL',
    ),
  TENCENT_ADMINISTRATORS: z
    .string()
    .default('administrator,admin')
    .transform((names) => names.split(',').map((name) => name.trim()))
    .refine((names) => names.every((name) => name !== ''), { error: 'must be names with commas' })
    .describe('Who may command the application; the first is who we are to Tencent'),
  TENCENT_PASS_ON: flag(true).describe('Pass what is not ours under /v4/ to Tencent, unchanged'),
  TENCENT_CALLBACK_SECRET: z
    .string()
    .regex(/^[\w-]{16,128}$/, { error: 'must have 16 to 128 letters, digits, - and _' })
    .optional()
    .describe('End of the path to which Tencent sends callbacks; unset, none are taken'),
  TENCENT_CALLBACK_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Where Tencent reaches this service, for `switchyard tencent set-callback`'),
  TENCENTCLOUD_SECRET_ID: z
    .string()
    .min(1)
    .optional()
    .describe('Key id for the cloud API of TRTC; unset, no streams are played and no rooms closed'),
  TENCENTCLOUD_SECRET_KEY: z.string().min(1).optional().describe('Key of that id'),
  TRTC_CLOUD_API: z
    .string()
    .default('trtc.tencentcloudapi.com')
    .describe('Host of the cloud API (trtc.intl.tencentcloudapi.com abroad), or a URL'),
  TRTC_CLOUD_REGIONS: z
    .string()
    .regex(/^\s*\w+=[\w-]+\s*(,\s*\w+=[\w-]+\s*)*$/, {
      error: 'must be Action=region, with commas',
    })
    .transform(pairsIn)
    .optional()
    .describe(
      'Regions of single actions, `StartStreamIngest=ap-singapore,DismissRoom=ap-guangzhou`',
    ),
  TRTC_INGEST_ROOM_ID_TYPE: z
    .enum(['try', 'numeric-is-0', 'numeric-is-1'])
    .default('try')
    .describe('What RoomIdType of a stream means; numeric rooms need one of the last two'),
  TRTC_CALLBACK_KEY: z
    .string()
    .regex(/^[A-Za-z0-9]{1,32}$/, { error: 'must have 1 to 32 letters and digits' })
    .optional()
    .describe(
      'Key of the callbacks to /webhooks/trtc, as in the console of TRTC; unset, none are taken',
    ),
  ...PHONE_VARIABLES,
  PERMISSION_HOOK_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Asked whether a caller may call; unset allows every call'),
  PERMISSION_HOOK_SECRET: z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/]+={0,2}$/, { error: 'must be whsec_ and base64' })
    .optional()
    .describe('Standard Webhooks secret that signs questions to the hook'),
  WEBHOOK_RETRY_SECONDS: z
    .string()
    .default('0,5,300,1800,7200,18000,36000,50400,72000,86400')
    .transform((list) => list.split(',').map(Number))
    .refine(
      (times) =>
        times[0] === 0 && times.every((time, at) => at === 0 || time > (times[at - 1] ?? time)),
      { error: 'must be rising numbers with commas, from 0' },
    )
    .describe(
      'When a webhook is tried, in seconds after its first attempt, each up to a fifth later; after the last it is given up',
    ),
  WEBHOOK_ALLOWED_NETWORKS: z
    .string()
    .default('')
    .transform((list) =>
      list
        .split(',')
        .map((network) => network.trim())
        .filter((network) => network !== ''),
    )
    .refine((networks) => networks.every((each) => network.safeParse(each).success), {
      error: 'must be networks such as 10.0.0.0/8, with commas',
    })
    .describe(
      'Private networks to which webhooks may be posted, such as 10.0.0.0/8, with commas; none unless set',
    ),
  EVENT_RETENTION_DAYS: whole(30, 1, 3_650).describe(
    'How long events, and how they were delivered, are kept; calls are kept for ever',
  ),
  TEMPORAL_ADDRESS: z
    .string()
    .optional()
    .describe(
      'host:port of a Temporal server; unset, `start` embeds one, others use localhost:7233',
    ),
  TEMPORAL_NAMESPACE: z.string().default('default').describe('Namespace of the calls'),
  TEMPORAL_UI_URL: z
    .url()
    .optional()
    .describe('Where operators open the Temporal UI, for links to calls'),
  TEMPORAL_CLI: z.string().optional().describe('Path of a `temporal` binary to embed'),
  TEMPORAL_EMBEDDED_PORT: port(7233).describe('Port of the embedded Temporal server'),
  TEMPORAL_EMBEDDED_UI_PORT: port(8233).describe('Port of its UI'),
  MAX_CACHED_WORKFLOWS: whole(20_000, 10, 1_000_000).describe(
    'Live calls a worker keeps in memory',
  ),
  SHUTDOWN_GRACE_SECONDS: whole(10, 1, 600).describe('How long a stopping process may drain'),
});

export type Config = Readonly<z.output<typeof configSchema>>;

export class InvalidConfig extends Error {
  override readonly name = 'InvalidConfig';
}

/** A blank value means "not set", as in a file that lists every variable. */
export const withoutBlanks = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).filter((each): each is [string, string] => !!each[1]?.trim()),
  );

const needsItsPair = (config: Readonly<Record<string, unknown>>): string[] => [
  ...(config.AUTH_JWT_SECRET !== undefined && config.AUTH_JWT_PUBLIC_KEY !== undefined
    ? ['AUTH_JWT_SECRET, AUTH_JWT_PUBLIC_KEY: give one of the two']
    : []),
  ...((config.TRTC_SDK_APP_ID === undefined) !== (config.TRTC_SECRET_KEY === undefined)
    ? ['TRTC_SDK_APP_ID, TRTC_SECRET_KEY: give both or neither']
    : []),
  ...((config.TENCENTCLOUD_SECRET_ID === undefined) !==
  (config.TENCENTCLOUD_SECRET_KEY === undefined)
    ? ['TENCENTCLOUD_SECRET_ID, TENCENTCLOUD_SECRET_KEY: give both or neither']
    : []),
  ...phonePairs(config),
  ...(config.PERMISSION_HOOK_URL !== undefined && config.PERMISSION_HOOK_SECRET === undefined
    ? ['PERMISSION_HOOK_SECRET: needed with PERMISSION_HOOK_URL']
    : []),
];

const missingKeys = (config: Readonly<Record<string, unknown>>): string[] => [
  ...(config.AUTH_JWT_SECRET === undefined && config.AUTH_JWT_PUBLIC_KEY === undefined
    ? ['AUTH_JWT_SECRET or AUTH_JWT_PUBLIC_KEY: needed to verify tokens']
    : []),
  ...(config.TRTC_SDK_APP_ID === undefined && config.TRTC_SECRET_KEY === undefined
    ? ['TRTC_SDK_APP_ID, TRTC_SECRET_KEY: needed to mint RTC tokens']
    : []),
];

export interface ConfigNeeds {
  /** Whether the keys must be set that a deployment has to bring itself. */
  readonly keys?: boolean;
}

/** @throws InvalidConfig naming every mistake at once. */
export function loadConfig(env: NodeJS.ProcessEnv, { keys = false }: ConfigNeeds = {}): Config {
  const given = withoutBlanks(env);
  const parsed = configSchema.safeParse(given);
  const issues = parsed.error?.issues ?? [];
  const mistakes = [
    ...issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`),
    ...needsItsPair(given),
    ...(keys ? missingKeys(given) : []),
  ];
  if (!parsed.success || mistakes.length > 0) throw new InvalidConfig(mistakes.join('\n'));
  return Object.freeze(parsed.data);
}
