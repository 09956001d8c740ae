import { createHash, createHmac } from 'node:crypto';

export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

export interface Tc3Expected {
  readonly secretId: string;
  readonly secretKey: string;
  /** Seconds since the epoch. */
  readonly now: number;
}

const AUTHORIZATION =
  /^TC3-HMAC-SHA256 Credential=([^/]+)\/(\d{4}-\d\d-\d\d)\/([^/]+)\/tc3_request, ?SignedHeaders=([\w;-]+), ?Signature=([0-9a-f]{64})$/;
const MAX_SKEW_SECONDS = 300;

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text);

/** The documented reason why a request is not let in; `undefined` for a good one. */
export function tc3Fault(request: SignedRequest, expected: Tc3Expected): string | undefined {
  const found = AUTHORIZATION.exec(request.headers.authorization ?? '');
  if (found === null) return 'AuthFailure.SignatureFailure';
  const [, secretId = '', date = '', service = '', signedHeaders = '', signature] = found;
  if (secretId !== expected.secretId) return 'AuthFailure.SecretIdNotFound';
  const timestamp = request.headers['x-tc-timestamp'] ?? '';
  const isDated = new Date(Number(timestamp) * 1_000).toISOString().startsWith(date);
  if (!isDated || Math.abs(Number(timestamp) - expected.now) > MAX_SKEW_SECONDS) {
    return 'AuthFailure.SignatureExpire';
  }
  const names = signedHeaders.split(';');
  if (!names.includes('content-type') || !names.includes('host')) {
    return 'AuthFailure.SignatureFailure';
  }
  const headers = names.map((name) => `${name}:${valueOf(request, name)}\n`).join('');
  const canonical = [
    request.method,
    request.path,
    '',
    headers,
    signedHeaders,
    sha256(request.body),
  ];
  const scope = `${date}/${service}/tc3_request`;
  const text = ['TC3-HMAC-SHA256', timestamp, scope, sha256(canonical.join('\n'))].join('\n');
  const ofDate = hmac(`TC3${expected.secretKey}`, date).digest();
  const key = hmac(hmac(ofDate, service).digest(), 'tc3_request').digest();
  return hmac(key, text).digest('hex') === signature ? undefined : 'AuthFailure.SignatureFailure';
}

/** A port, which no real host of the API has, is left out of what is signed. */
function valueOf({ headers }: SignedRequest, name: string): string {
  const value = (headers[name] ?? '').trim().toLowerCase();
  return name === 'host' ? value.replace(/:\d+$/, '') : value;
}
