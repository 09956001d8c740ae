import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from './loopback-server.js';

export const objectIn = (body: string): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(body);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
};

/**
 * Carries out what a test orders by `/control/<name>`, with the order as JSON and its outcome as the
 * answer. Whether the request was one of those.
 */
export async function serveControl<Control extends object>(
  control: Control,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const { pathname } = new URL(request.url ?? '/', 'http://simulator');
  const name = /^\/control\/(\w+)$/.exec(pathname)?.[1];
  if (name === undefined) return false;
  const order = objectIn((await readBody(request)) || '{}');
  if (order === undefined || !Object.hasOwn(control, name)) {
    response.writeHead(404).end();
    return true;
  }
  const carryOut = control[name as keyof Control] as (order: object) => unknown;
  response
    .writeHead(200, { 'content-type': 'application/json' })
    .end(JSON.stringify(carryOut(order) ?? null));
  return true;
}
