import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** What is dialled second, once the caller is there and it is allowed. */
export interface SecondDial {
  /** E.164. */
  readonly callee: string;
  readonly maxSeconds: number;
}

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export interface DialSeal {
  /** For one call, named by its token, and of use only there. */
  seal(token: string, dial: SecondDial): string;
  /** `undefined` for what was not sealed with this key for this call. */
  open(token: string, sealed: string): SecondDial | undefined;
}

/**
 * The number of the callee travels in an address that proxies and the provider write down, so it
 * goes sealed, with a key made of the account's token.
 */
export function createDialSeal(authToken: string): DialSeal {
  const key = Buffer.from(hkdfSync('sha256', authToken, '', 'switchyard second dial', 32));
  return {
    seal(token, dial) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(token));
      const sealed = Buffer.concat([cipher.update(JSON.stringify(dial), 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
    },
    open(token, text) {
      const bytes = Buffer.from(text, 'base64url');
      const tagEnd = NONCE_BYTES + TAG_BYTES;
      if (bytes.length <= tagEnd) return undefined;
      const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES))
        .setAAD(Buffer.from(token))
        .setAuthTag(bytes.subarray(NONCE_BYTES, tagEnd));
      try {
        const opened = Buffer.concat([decipher.update(bytes.subarray(tagEnd)), decipher.final()]);
        return JSON.parse(opened.toString('utf8')) as SecondDial;
      } catch {
        return undefined;
      }
    },
  };
}
