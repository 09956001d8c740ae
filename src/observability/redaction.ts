const HIDDEN = '[redacted]';

const SECRET_NAMES =
  '[\\w-]*(?:token|secret|password|usersig|private_?map_?key|phone|mobile|msisdn)[\\w-]*' +
  '|authorization|proxy-authorization|cookie|set-cookie';

/** A member of the line itself: its value is a string, a number or a list of them. */
const MEMBER = new RegExp(
  `("(?:${SECRET_NAMES})":)(?:"(?:[^"\\\\]|\\\\.)*"|-?[\\d.eE+-]+|\\[[^\\]{}]*\\])`,
  'gi',
);
/** The same member inside text that is itself JSON: the rest of that text goes with it. */
const QUOTED_MEMBER = new RegExp(
  `(\\\\+"(?:${SECRET_NAMES})\\\\+"\\s*:\\s*)(?:[^"\\\\]|\\\\.)*`,
  'gi',
);
const QUERY = /([?&](?:access_token|token|usersig)=)[^&\s"\\]*/gi;
/** Whoever knows the end of such a path may speak for a provider. */
const SECRET_PATH = /(\/webhooks\/[\w-]+\/)[^/?\s"\\]+/gi;
/** E.164, wherever it stands. */
const NUMBER = /(?<![\w.])\+[1-9]\d{6,14}\b/g;
const BEARER = /(\bbearer\s+)[\w.~+/=-]+/gi;
const JWT = /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g;

/**
 * Hides secrets and phone numbers in one finished log line, wherever they stand: redaction by path
 * would miss the member that somebody logs one level deeper.
 */
export const redactLine = (line: string): string =>
  line
    .replace(MEMBER, `$1"${HIDDEN}"`)
    .replace(QUOTED_MEMBER, `$1${HIDDEN}`)
    .replace(QUERY, `$1${HIDDEN}`)
    .replace(SECRET_PATH, `$1${HIDDEN}`)
    .replace(BEARER, `$1${HIDDEN}`)
    .replace(JWT, HIDDEN)
    .replace(NUMBER, HIDDEN);
