import { type Answer, failed } from './faults.js';
import { verbsOf } from './script.js';

interface Member {
  /** Whether such a text is a value of it. */
  readonly fits: (value: string) => boolean;
  readonly code: number;
  readonly isNeeded?: true;
  /** May be given more than once. */
  readonly isList?: true;
}

const INVALID = 20_001;
const anything = (): boolean => true;
const matches = (pattern: RegExp) => (value: string) => pattern.test(value);
const within = (least: number, most: number) => (value: string) =>
  /^\d+$/.test(value) && Number(value) >= least && Number(value) <= most;
const oneOf =
  (...words: readonly string[]) =>
  (value: string) =>
    words.includes(value);

const isUrl = (value: string): boolean =>
  URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
const isScript = (value: string): boolean => value.length <= 4_000 && verbsOf(value) !== undefined;
const member = (fits: Member['fits'], more: Partial<Member> = {}): Member => ({
  fits,
  code: INVALID,
  ...more,
});

const E164 = matches(/^\+[1-9]\d{6,14}$/);
const METHOD = member(oneOf('GET', 'POST'));
const STATUSES = [
  'queued',
  'ringing',
  'in-progress',
  'completed',
  'busy',
  'failed',
  'no-answer',
  'canceled',
];

/** Of the members that are published, those that are understood here. */
const SHAPES: Readonly<Record<string, Readonly<Record<string, Member>>>> = {
  'POST Calls': {
    To: member(E164, { code: 21_211, isNeeded: true }),
    From: member(anything, { isNeeded: true }),
    Twiml: member(isScript, { code: 21_218, isNeeded: true }),
    StatusCallback: member(isUrl, { code: 21_609 }),
    StatusCallbackMethod: METHOD,
    StatusCallbackEvent: member(anything, { isList: true }),
    Timeout: member(within(1, 600)),
    TimeLimit: member(within(1, 86_400)),
  },
  'POST Call': { Status: member(oneOf('canceled', 'completed'), { isNeeded: true }) },
  'GET Calls': {
    To: member(E164),
    From: member(E164),
    ParentCallSid: member(matches(/^CA[0-9a-f]{32}$/)),
    Status: member(oneOf(...STATUSES)),
    PageSize: member(within(1, 1_000)),
  },
  'GET Call': {},
};

/** Why a request is none of this kind; Twilio would let pass what is not known here. */
export function wrongIn(request: string, members: URLSearchParams): Answer | undefined {
  const shape = SHAPES[request] ?? {};
  for (const name of new Set(members.keys())) {
    const known = shape[name];
    if (known === undefined) return failed(400, INVALID, `${name} is not known here`);
    const values = members.getAll(name);
    if (values.length > 1 && known.isList !== true) return failed(400, INVALID, `${name} twice`);
    if (!values.every(known.fits)) return failed(400, known.code, `${name} is invalid`);
  }
  const missing = Object.keys(shape).find((name) => shape[name]?.isNeeded && !members.has(name));
  return missing === undefined
    ? undefined
    : failed(400, shape[missing]?.code ?? INVALID, `${missing} is missing`);
}
