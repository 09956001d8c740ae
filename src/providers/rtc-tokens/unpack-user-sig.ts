import { inflateSync } from 'node:zlib';

/** Ours are under 300 characters; a room right for the longest names still fits. */
const MAX_PACKED_CHARS = 2048;
/** Deflate can grow a thousandfold: without a cap a short text would fill the memory. */
const MAX_TEXT_BYTES = 4096;

const CHECKSUM_BYTES = 4;

export interface Unpacked {
  readonly text: Buffer;
  /** The compressed bytes, for `isCanonical`. */
  readonly packed: Buffer;
}

const inflate = (packed: Buffer): Buffer | undefined => {
  try {
    return inflateSync(packed, { maxOutputLength: MAX_TEXT_BYTES });
  } catch {
    return undefined;
  }
};

/** `undefined` for anything that is not one compressed text of bounded size. */
export function unpackUserSig(userSig: string): Unpacked | undefined {
  if (userSig.length > MAX_PACKED_CHARS || !/^[A-Za-z0-9*_-]+$/.test(userSig)) return undefined;
  const base64 = userSig.replaceAll('*', '+').replaceAll('-', '/').replaceAll('_', '=');
  const packed = Buffer.from(base64, 'base64');
  // Node skips what it cannot decode, so many spellings would mean the same bytes.
  if (packed.toString('base64') !== base64) return undefined;
  const text = inflate(packed);
  return text === undefined ? undefined : { text, packed };
}

/**
 * Whether no byte of the packed text is idle. Inflating ignores what follows the stream, and the
 * bits that fill the last byte of it; neither is covered by a checksum or the signature, so either
 * could be changed without notice.
 */
export function isCanonical({ text, packed }: Unpacked): boolean {
  if (inflate(packed.subarray(0, -1)) !== undefined) return false;
  const last = packed.length - CHECKSUM_BYTES - 1;
  const bits = packed[last] ?? 0;
  if (bits === 0) return true;
  // The fill is the top of the byte: if it is not empty, its highest bit can go unnoticed.
  const lighter = Buffer.from(packed);
  lighter[last] = bits & ~(1 << (31 - Math.clz32(bits)));
  return inflate(lighter)?.equals(text) !== true;
}
