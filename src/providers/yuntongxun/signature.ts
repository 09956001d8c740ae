import { createHash } from 'node:crypto';

/** An account or sub-account. */
export interface Credentials {
  readonly sid: string;
  readonly token: string;
}

const BEIJING_MS = 8 * 3_600_000;

/** `yyyyMMddHHmmss` by Beijing's clock, which the provider lives by; China keeps no summer time. */
export const beijingStamp = (at: number): string =>
  new Date(at + BEIJING_MS).toISOString().replace(/\D/g, '').slice(0, 14);

const STAMP = /^(\d{4})\D?(\d\d)\D?(\d\d)\D?(\d\d)\D?(\d\d)\D?(\d\d)$/;

/** Milliseconds since the epoch of `yyyyMMddHHmmss` or `yyyy-MM-dd HH:mm:ss`; `undefined` for others. */
export function readBeijing(stamp: string): number | undefined {
  const [, year, month, day, hour, minute, second] = STAMP.exec(stamp.trim()) ?? [];
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}+08:00`);
  return Number.isNaN(at) ? undefined : at;
}

export interface Signature {
  /** For the query. */
  readonly sig: string;
  /** For the header of that name. */
  readonly authorization: string;
}

/** Valid for a day by the provider's clock; reference: REST 2013-12-26. */
export function sign({ sid, token }: Credentials, at: number): Signature {
  const stamp = beijingStamp(at);
  const sig = createHash('md5').update(`${sid}${token}${stamp}`).digest('hex').toUpperCase();
  return { sig, authorization: Buffer.from(`${sid}:${stamp}`).toString('base64') };
}
