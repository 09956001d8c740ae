import { createHash } from 'node:crypto';
import { PassThrough } from 'node:stream';
import express, { type Request, type RequestHandler } from 'express';
import { parseWireJson } from '../../contract/wire-json.js';
import type { TencentQuery, ToPassOn } from '../../ports/tencent-gate.js';
import { FACADE_CODES, TencentFailure } from './envelope.js';

/** Many times what the documented members can need. */
const MAX_BODY = '64kb';

/** Backends send JSON under whatever Content-Type. */
export const takeBody: RequestHandler = express.raw({ type: () => true, limit: MAX_BODY });

const bytesOf = (req: Request): Buffer => (Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0));

/** @throws TencentFailure 60003 for what is not JSON. */
export function parseBody(req: Request): unknown {
  try {
    return parseWireJson(bytesOf(req).toString('utf8'));
  } catch (error) {
    const why = error instanceof RangeError ? 'nested too deeply' : (error as Error).message;
    throw new TencentFailure(FACADE_CODES.brokenJson, `request body is not JSON: ${why}`);
  }
}

const AS_IT_CAME = ['content-type', 'content-encoding', 'content-length'] as const;

/** A body that was read here is sent as it was read, unpacked; any other one as it comes. */
export function bodyToPassOn(req: Request): Pick<ToPassOn, 'headers' | 'body'> {
  const names = Buffer.isBuffer(req.body) ? (['content-type'] as const) : AS_IT_CAME;
  const given = names.map((name) => [name, req.get(name)] as const);
  const headers = Object.fromEntries(
    given.filter((pair): pair is [(typeof pair)[0], string] => pair[1] !== undefined),
  );
  if (Buffer.isBuffer(req.body)) return { headers, body: req.body };
  // A stream between, so that a failure on the way to Tencent leaves the request to be answered.
  return { headers, ...(hasBody(req) && { body: req.pipe(new PassThrough()) }) };
}

const hasBody = (req: Request): boolean =>
  req.get('transfer-encoding') !== undefined || Number(req.get('content-length') ?? 0) > 0;

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
