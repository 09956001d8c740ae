import type { Client, WorkflowHandle } from '@temporalio/client';
import { onTestFinished } from 'vitest';
import { callbacksWorkflowId } from '../../../src/contract/ids.js';
import { readBody, serveOnLoopback } from '../../../src/simulators/loopback-server.js';
import type { Ledger } from '../../../src/simulators/tencent/control.js';
import type { RobotBackend } from '../robot-backend.js';
import type { Played } from './players.js';
import { described, type Script } from './scripts.js';

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

/** Whatever Tencent said of a call reaches the backend; where an answer is late, more than once. */
export function wronglyRelayed(
  taken: readonly Taken[],
  { calls }: Ledger,
  played: readonly Played[],
): string[] {
  return played.flatMap(({ script, callId }) => {
    const bodies = taken.filter(({ body }) => body.includes(callId)).map(({ body }) => body);
    const carriedOn = new Set(bodies).size;
    const said = saidOf(script, callId, calls);
    if (carriedOn === said) return [];
    return `${described(script)}: ${carriedOn} of ${said} callbacks were carried on`;
  });
}

/** A start, each change, the end. */
const saidOf = ({ delivery }: Script, callId: string, calls: Ledger['calls']): number =>
  delivery === 'lost' ? 0 : (calls.find(({ id }) => id === callId)?.log.length ?? 0);

/** Each is owed to the backend once, however often it was said: the repeats of one debt are retries. */
export async function wronglyOwed(
  temporal: Client,
  { calls }: Ledger,
  played: readonly Played[],
): Promise<string[]> {
  const wrong = played.map(async ({ script, callId }) => {
    const query = `WorkflowId = '${callbacksWorkflowId(callId)}'`;
    let owed = 0;
    for await (const { workflowId, runId } of temporal.workflow.list({ query })) {
      const { events } = await temporal.workflow.getHandle(workflowId, runId).fetchHistory();
      owed += (events ?? []).filter(isRelay).length;
    }
    const said = saidOf(script, callId, calls);
    return owed === said ? [] : [`${described(script)}: ${owed} callbacks are owed for ${said}`];
  });
  return (await Promise.all(wrong)).flat();
}

type Events = NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>;

const isRelay = ({ activityTaskScheduledEventAttributes: asked }: Events[number]): boolean =>
  asked?.activityType?.name === 'relayCallback';

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
