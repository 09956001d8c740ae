import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';

/** A key with the only algorithms it may be used with: a token never chooses its own. */
export interface VerificationKey {
  readonly key: KeyObject;
  readonly algorithms: readonly string[];
}

const MIN_RSA_BITS = 2048;

export const secretKey = (secret: string): VerificationKey => ({
  key: createSecretKey(secret, 'utf8'),
  algorithms: ['HS256'],
});

/** @throws Error in one line, naming AUTH_JWT_PUBLIC_KEY. */
export function publicKey(pem: string): VerificationKey {
  const key = readPem(pem);
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'rsa' && (details?.modulusLength ?? 0) < MIN_RSA_BITS) {
    throw new Error(`AUTH_JWT_PUBLIC_KEY: an RSA key needs at least ${MIN_RSA_BITS} bits`);
  }
  if (type === 'rsa') return { key, algorithms: ['RS256'] };
  if (type === 'ed25519') return { key, algorithms: ['EdDSA', 'Ed25519'] };
  if (type === 'ec' && details?.namedCurve === 'prime256v1') return { key, algorithms: ['ES256'] };
  throw new Error('AUTH_JWT_PUBLIC_KEY: must be an RSA, P-256 or Ed25519 key');
}

function readPem(pem: string): KeyObject {
  try {
    // Environment files carry the line breaks of a PEM as the two characters `\n`.
    return createPublicKey(pem.replaceAll('\\n', '\n'));
  } catch {
    throw new Error('AUTH_JWT_PUBLIC_KEY: is not a PEM public key');
  }
}
