import { createHmac } from 'node:crypto';
import { inflateSync } from 'node:zlib';

/** What is wrong with a UserSig, by the provider's codes. */
export type SigFault = 70001 | 70003 | 70009 | 70013 | 70014;

interface Expected {
  readonly sdkAppId: number;
  readonly secretKey: string;
  readonly identifier: string;
  readonly now: number;
}

const FROM_URL_SAFE = new Map([
  ['*', '+'],
  ['-', '/'],
  ['_', '='],
]);

function unpack(userSig: string): Record<string, string | number> | undefined {
  const base64 = [...userSig].map((char) => FROM_URL_SAFE.get(char) ?? char).join('');
  try {
    const text = inflateSync(Buffer.from(base64, 'base64'), { maxOutputLength: 16_384 });
    const fields: unknown = JSON.parse(text.toString());
    if (typeof fields !== 'object' || fields === null) return undefined;
    return fields as Record<string, string | number>;
  } catch {
    return undefined;
  }
}

/** The published description read backwards: unpack, sign the fields again, compare. */
export function userSigFault(userSig: string, expected: Expected): SigFault | undefined {
  const fields = unpack(userSig);
  if (fields === undefined || fields['TLS.ver'] !== '2.0') return 70003;
  const { 'TLS.identifier': identifier, 'TLS.sdkappid': sdkAppId } = fields;
  if (Number(sdkAppId) !== expected.sdkAppId) return 70014;
  const signed = ['identifier', 'sdkappid', 'time', 'expire', 'userbuf']
    .filter((name) => fields[`TLS.${name}`] !== undefined)
    .map((name) => `TLS.${name}:${fields[`TLS.${name}`]}\n`)
    .join('');
  const sig = createHmac('sha256', expected.secretKey).update(signed).digest('base64');
  if (sig !== fields['TLS.sig']) return 70009;
  if (identifier !== expected.identifier) return 70013;
  const until = (Number(fields['TLS.time']) + Number(fields['TLS.expire'])) * 1000;
  return expected.now < until ? undefined : 70001;
}
