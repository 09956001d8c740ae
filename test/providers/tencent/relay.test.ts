import { describe, expect, it, onTestFinished } from 'vitest';
import { createCallbackRelay } from '../../../src/providers/tencent/relay.js';
import { readBody, serveOnLoopback } from '../../../src/simulators/loopback-server.js';

const QUERY = 'SdkAppid=1&CallbackCommand=Call.X&x=%2f+&contenttype=json';
const BODY = '{ "CallId":"c-1",\n\t"n":144115212830834855, "s":"你好" }';

async function backend(answer: { status?: number; location?: string } = {}) {
  const received: { url: string; body: string; type: string | undefined }[] = [];
  const { url, stop } = await serveOnLoopback(0, async (request, response) => {
    const body = await readBody(request);
    received.push({ url: request.url ?? '', body, type: request.headers['content-type'] });
    const { status = 200, location = '' } = answer;
    response.writeHead(status, { location }).end('{}');
  });
  onTestFinished(stop);
  const relay = createCallbackRelay();
  onTestFinished(() => relay.close());
  const deliver = (path: string) =>
    relay.deliver({ query: QUERY, body: BODY }, { url: url + path, commands: [] });
  return { received, deliver, relay };
}

describe('a callback that is carried on', () => {
  it.each([
    ['', `/?${QUERY}`],
    ['/tencent', `/tencent?${QUERY}`],
    ['/tencent?secret=s%2F1', `/tencent?secret=s%2F1&${QUERY}`],
    ['/tencent#part', `/tencent?${QUERY}`],
  ])('arrives byte for byte behind %j', async (path, expected) => {
    const { received, deliver } = await backend();
    expect(await deliver(path)).toEqual({ kind: 'taken' });
    expect(received).toEqual([{ url: expected, body: BODY, type: 'application/json' }]);
  });

  it.each([204, 301, 400, 404, 500])('is not taken by HTTP %d', async (status) => {
    const { received, deliver } = await backend({ status, location: 'http://127.0.0.1:1/' });
    expect(await deliver('/')).toEqual({ kind: 'not-taken', why: `HTTP ${status}` });
    expect(received).toHaveLength(1);
  });

  it('is not taken where nobody is, and nothing is said of where that was', async () => {
    const { relay } = await backend();
    const nowhere = { url: 'http://127.0.0.1:1/secret', commands: [] };
    const outcome = await relay.deliver({ query: QUERY, body: BODY }, nowhere);
    expect(outcome.kind).toBe('not-taken');
    expect(JSON.stringify(outcome)).not.toContain('secret');
  });
});
