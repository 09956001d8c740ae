import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Keyring } from '../ports/keyring.js';

/** 256 bits, under a name that stands in every text sealed with it. */
export interface SealingKey {
  readonly id: string;
  readonly key: Buffer;
}

export class SealBroken extends Error {
  override readonly name = 'SealBroken';
}

const CIPHER = 'aes-256-gcm';
/** What NIST SP 800-38D recommends; random ones suffice for some billion texts under one key. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

const CLEAR = 'clear:';
const sealedWith = (id: string): string => `sealed:${id}:`;
const SEALED = /^sealed:([\w-]+):([\w-]+)$/;

/**
 * AES-256-GCM under the first key; every key opens. To rotate, put a new key in front, let what is
 * stored be sealed anew, and only then take the old one away.
 */
export function createKeyring(keys: readonly SealingKey[]): Keyring {
  const [current] = keys;
  const byId = new Map(keys.map(({ id, key }) => [id, key]));
  return {
    seal: (text, place) => (current === undefined ? CLEAR + text : seal(current, text, place)),
    open(sealed, place) {
      if (sealed.startsWith(CLEAR)) return sealed.slice(CLEAR.length);
      const [, id = '', box = ''] = SEALED.exec(sealed) ?? [];
      const key = byId.get(id);
      if (key === undefined) throw new SealBroken(`no key "${id}" to open what is stored`);
      return open(key, Buffer.from(box, 'base64url'), place);
    },
    isCurrent: (sealed) =>
      sealed.startsWith(current === undefined ? CLEAR : sealedWith(current.id)),
  };
}

function seal({ id, key }: SealingKey, text: string, place: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(place));
  const box = [nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()];
  return sealedWith(id) + Buffer.concat(box).toString('base64url');
}

function open(key: Buffer, box: Buffer, place: string): string {
  const nonce = box.subarray(0, NONCE_BYTES);
  const text = box.subarray(NONCE_BYTES, -TAG_BYTES);
  try {
    const cipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(Buffer.from(place)).setAuthTag(box.subarray(-TAG_BYTES));
    return Buffer.concat([cipher.update(text), cipher.final()]).toString('utf8');
  } catch (error) {
    throw new SealBroken('what is stored was changed, or belongs elsewhere', { cause: error });
  }
}

const KEY = /^([\w-]{1,32}):([A-Za-z0-9+/_-]{43}=?)$/;

/**
 * Keys as the configuration names them: `id:base64`, with commas.
 * @throws RangeError for what is no such list, without repeating any of it.
 */
export function parseKeys(list: string): SealingKey[] {
  const keys = list.split(',').map((entry): SealingKey => {
    const [, id = '', base64 = ''] = KEY.exec(entry.trim()) ?? [];
    const key = Buffer.from(base64, 'base64');
    if (key.length !== KEY_BYTES) {
      throw new RangeError('must be id:key with commas, each key 32 bytes in base64');
    }
    return { id, key };
  });
  if (new Set(keys.map(({ id }) => id)).size < keys.length) {
    throw new RangeError('must name each key id once');
  }
  return keys;
}
