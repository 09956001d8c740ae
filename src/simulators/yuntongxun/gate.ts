import { createHash } from 'node:crypto';

const DAY_MS = 24 * 3_600_000;
const BEIJING = '+08:00';

interface Presented {
  readonly sid: string;
  readonly token: string | undefined;
  readonly sig: string;
  readonly authorization: string;
  readonly now: number;
}

/** The code that turns a request away before it is read; the account is that of the path. */
export function gateFault({ sid, token, sig, authorization, now }: Presented): string | undefined {
  if (authorization === '') return '111101';
  const [given, stamp = ''] = Buffer.from(authorization, 'base64').toString('utf8').split(':');
  if (given !== sid) return '111107';
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(stamp);
  if (parts === null) return '111113';
  const [, year, month, day, hour, minute, second] = parts;
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${BEIJING}`);
  if (Math.abs(now - at) > DAY_MS) return '111106';
  if (sig === '') return '111108';
  if (token === undefined) return '111128';
  const expected = createHash('md5')
    .update(sid + token + stamp)
    .digest('hex')
    .toUpperCase();
  return sig === expected ? undefined : '111109';
}
