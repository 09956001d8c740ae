import { onTestFinished } from 'vitest';
import { readBody, serveOnLoopback } from '../../../src/simulators/loopback-server.js';
import type { Ledger } from '../../../src/simulators/tencent/control.js';
import type { RobotBackend } from '../robot-backend.js';
import type { Played } from './players.js';
import { described } from './scripts.js';

/** A callback as it reached the backend. */
export interface Taken {
  readonly command: string;
  readonly body: string;
}

/** Each of so many callbacks is refused once. */
const REFUSED_EACH = 3;

/** A backend that has its callbacks carried on to it, and refuses some of them at first. */
export async function relayedCallbacks(
  toUs: RobotBackend,
  CallbackCommandList: readonly string[],
): Promise<{ taken(): readonly Taken[] }> {
  const taken: Taken[] = [];
  let asked = 0;
  const { url, stop } = await serveOnLoopback(0, async (request, response) => {
    const body = await readBody(request);
    const query = new URL(request.url ?? '/', 'http://backend').searchParams;
    asked += 1;
    if (asked % REFUSED_EACH === 0) {
      response.writeHead(500).end();
      return;
    }
    taken.push({ command: query.get('CallbackCommand') ?? '', body });
    response.end('{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}');
  });
  onTestFinished(stop);
  await toUs.send('call_config/set_callback', { Url: `${url}/callbacks`, CallbackCommandList });
  return { taken: () => taken };
}

/** Whatever Tencent said of a call reaches the backend once, however often it was said. */
export function wronglyRelayed(
  taken: readonly Taken[],
  { calls }: Ledger,
  played: readonly Played[],
): string[] {
  return played.flatMap(({ script, callId }) => {
    const carriedOn = taken.filter(({ body }) => body.includes(callId)).map(({ body }) => body);
    const log = calls.find(({ id }) => id === callId)?.log ?? [];
    const isLost = script.delivery === 'lost';
    const faults = [
      ...(carriedOn.length === new Set(carriedOn).size ? [] : ['was carried on twice']),
      // A start, each change, the end.
      ...(carriedOn.length === (isLost ? 0 : log.length)
        ? []
        : [`${carriedOn.length} of ${log.length} callbacks were carried on`]),
    ];
    return faults.map((fault) => `${described(script)}: ${fault}`);
  });
}

/** Of what was acknowledged to Tencent nothing is lost, although it may be carried on twice. */
export function neverCarriedOn(
  taken: readonly Taken[],
  { callbacks }: Ledger,
  played: readonly Played[],
): string[] {
  return played.flatMap(({ script, callId }) => {
    const acknowledged = callbacks.filter(
      (each) => each.callId === callId && each.status === 200,
    ).length;
    const copies = script.delivery === 'twice' ? 2 : 1;
    const bodies = taken.filter(({ body }) => body.includes(callId)).map(({ body }) => body);
    const carriedOn = new Set(bodies).size;
    if (carriedOn * copies >= acknowledged) return [];
    return `${described(script)}: ${carriedOn} of ${acknowledged} callbacks were carried on`;
  });
}
