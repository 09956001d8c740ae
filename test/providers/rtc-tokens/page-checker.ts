import { createHmac } from 'node:crypto';
import { inflateSync } from 'node:zlib';

/**
 * Checks a UserSig from the published description alone and shares nothing with the product: a
 * misreading there must not be able to pass here.
 */
export function readUserSigByThePage(userSig: string, secretKey: string) {
  const base64 = userSig
    .split('')
    .map((char) => ({ '*': '+', '-': '/', _: '=' })[char] ?? char)
    .join('');
  const text = inflateSync(Buffer.from(base64, 'base64')).toString('utf8');
  const fields = JSON.parse(text) as Record<string, string | number>;
  let signed = '';
  for (const name of ['identifier', 'sdkappid', 'time', 'expire', 'userbuf']) {
    const value = fields[`TLS.${name}`];
    if (value !== undefined) signed += `TLS.${name}:${value}\n`;
  }
  const hmac = createHmac('sha256', Buffer.from(secretKey, 'utf8'));
  return {
    fields,
    names: Object.keys(fields),
    signatureHolds: fields['TLS.sig'] === hmac.update(signed, 'utf8').digest('base64'),
  };
}
