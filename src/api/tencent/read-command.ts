import { createHash } from 'node:crypto';
import express, { type Request, type RequestHandler } from 'express';
import { parseWireJson } from '../../contract/wire-json.js';
import type { TencentQuery } from '../../ports/tencent-gate.js';
import { FACADE_CODES, TencentFailure } from './envelope.js';

const MAX_BODY = '64kb';

/** Backends send JSON under whatever Content-Type. */
export const takeBody: RequestHandler = express.raw({ type: () => true, limit: MAX_BODY });

export const bytesOf = (req: Request): Buffer =>
  Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);

/** @throws TencentFailure 60003 for what is not JSON. */
export function parseBody(req: Request): unknown {
  try {
    return parseWireJson(bytesOf(req).toString('utf8'));
  } catch (error) {
    const why = error instanceof RangeError ? 'nested too deeply' : (error as Error).message;
    throw new TencentFailure(FACADE_CODES.brokenJson, `request body is not JSON: ${why}`);
  }
}

const one = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

export function queryOf({ query }: Request): TencentQuery {
  const { sdkappid, identifier, usersig, random } = query;
  return {
    sdkappid: one(sdkappid),
    identifier: one(identifier),
    usersig: one(usersig),
    random: one(random),
  };
}

/** The same for the same application, caller, `random` and body. */
export function fingerprintOf(req: Request): string {
  const { sdkappid, identifier, random } = queryOf(req);
  const hash = createHash('sha256').update(JSON.stringify([sdkappid, identifier, random]));
  return hash.update(bytesOf(req)).digest('base64url');
}
