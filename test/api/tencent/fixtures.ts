import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:http';
import type { StartCall } from '../../../src/ports/call-engine.js';
import type { TencentGate } from '../../../src/ports/tencent-gate.js';
import { verifyUserSig } from '../../../src/providers/rtc-tokens/verify-user-sig.js';
import { createTencentGate } from '../../../src/providers/tencent/gate.js';
import {
  aStartBody,
  type Envelope,
  type RobotBackend,
  SDK_APP_ID,
  SECRET_KEY,
  userSig,
} from '../../support/robot-backend.js';

/** The gate of production; what is not ours goes to `place`, if there is one. */
export const aGate = (place?: string): TencentGate & { close(): Promise<void> } =>
  createTencentGate({
    sdkAppId: SDK_APP_ID,
    administrators: ['administrator', 'admin'],
    checkUserSig: (sig) =>
      verifyUserSig(sig, { sdkAppId: SDK_APP_ID, secretKey: SECRET_KEY, now: Date.now() }),
    ...(place !== undefined && { place }),
  });

export const providerIdOf = (callId: number): string => `tencent-${callId}`;

/** A provider that places whatever it is asked for. */
export const placeIt = ({ state, robot }: StartCall) =>
  ({
    type: 'placed',
    providerCallId: providerIdOf(state.callId),
    results: (robot?.callees ?? []).map((userId) => ({ userId, code: 0 })),
  }) as const;

export interface StartedCall {
  readonly CallId: string;
  /** Our own number of it. */
  readonly callId: number;
}

/** A call that rings; `placeIt` says its ids. */
export async function startedBy(backend: RobotBackend, more: object = {}): Promise<StartedCall> {
  const answer = await backend.send('start_call_by_robot', aStartBody(more));
  const CallId = answer.Response?.CallId ?? '';
  if (answer.ErrorCode !== 0) throw new Error(JSON.stringify(answer));
  return { CallId, callId: Number(CallId.slice('tencent-'.length)) };
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface RawRequest {
  readonly method?: string;
  /** Sent as it is written here. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** A request that no client library has normalised. */
export const sendRaw = (
  url: string,
  { method = 'POST', path, headers = {}, body = '' }: RawRequest,
): Promise<RawAnswer> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const outgoing = request({ hostname, port, method, path, headers, agent: false }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          body: Buffer.concat(parts),
        }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });

let lastRandom = 5_000_000;

/** A good query as text, to which more may be appended. */
export function goodQuery(): string {
  lastRandom += 1;
  return `sdkappid=${SDK_APP_ID}&identifier=administrator&usersig=${userSig()}&random=${lastRandom}&contenttype=json`;
}

export const ENGINE = '/v4/call_engine_http_srv';

export const envelopeOf = ({ body }: RawAnswer): Envelope =>
  JSON.parse(body.toString('utf8')) as Envelope;
