import express, { type Request, type RequestHandler } from 'express';
import { parseWireJson } from '../contract/wire-json.js';
import { invalidParameter } from './invalid-parameter.js';

const MAX_BODY = '16kb';

/** Takes the bytes of a body; what they mean is decided by `parseBody`. */
export const takeBody: RequestHandler = express.raw({
  type: () => true,
  limit: MAX_BODY,
  inflate: false,
});

/** @throws CallError 40001 unless the body is one JSON object in UTF-8. */
export function parseBody(req: Request): Readonly<Record<string, unknown>> {
  const bytes: unknown = req.body;
  if (!Buffer.isBuffer(bytes) || bytes.length === 0) {
    throw invalidParameter('body must be a JSON object, and is empty');
  }
  if (!isJson(req)) throw invalidParameter('Content-Type must be application/json in UTF-8');
  const value = parseText(decode(bytes));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidParameter('body must be a JSON object');
  }
  return value as Record<string, unknown>;
}

function isJson(req: Request): boolean {
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(req.get('Content-Type') ?? '')?.[1];
  return req.is('application/json') === 'application/json' && /^utf-?8$/i.test(charset ?? 'utf-8');
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw invalidParameter('body is not valid UTF-8');
  }
}

function parseText(text: string): unknown {
  try {
    return parseWireJson(text);
  } catch (error) {
    // The parser recurses: nesting deeper than the stack ends here, as a client's mistake.
    if (error instanceof RangeError) throw invalidParameter('body is nested too deeply');
    throw invalidParameter(`body is not valid JSON: ${(error as Error).message}`);
  }
}
