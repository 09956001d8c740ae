import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createFaultRules, type Fault, type FaultCount } from '../fault-rules.js';
import { readBody, serveOnLoopback } from '../loopback-server.js';
import { createMeter } from '../tencent/gate.js';
import { createTimers } from '../timers.js';
import { ACTION_REGIONS, type ActionAnswer, createActions, type Members } from './actions.js';
import { createRoomCallbackSender, type RoomDelivery, type SentRoomCallback } from './callbacks.js';
import { type TrtcBehaviour, type TrtcSimulatorSettings, trtcBehaviourOf } from './settings.js';
import { createStudio, type IngestTask, type Studio } from './studio.js';
import { tc3Fault } from './tc3-check.js';

/**
 * - `lose-answer`: the connection breaks after the action was carried out.
 * - `slow-answer`: `ms` pass after it was carried out.
 * - `status`: an HTTP status of something in between. `malformed`: an answer that breaks off.
 * - `code`: refused with this code; without effect unless `effect` is true.
 */
export type TrtcFaultKind = 'lose-answer' | 'slow-answer' | 'status' | 'malformed' | 'code';
export interface TrtcFault extends Omit<Fault<TrtcFaultKind>, 'code' | 'robot'> {
  readonly code?: string;
}

export interface TrtcLedger {
  /** Requests that were let in, answered or not. */
  readonly requests: Readonly<Record<string, number>>;
  readonly tasks: readonly IngestTask[];
  /** Rooms that exist now, as `kind:name`, and who is in them. */
  readonly rooms: Readonly<Record<string, readonly string[]>>;
  readonly callbacks: readonly SentRoomCallback[];
}

export interface TrtcSimulator {
  readonly url: string;
  readonly control: Pick<Studio, 'enter' | 'exit' | 'stream' | 'finish'> & {
    /** Where callbacks go from now on, and how. */
    callBack(order: { readonly url?: string; readonly how?: RoomDelivery }): void;
    fault(fault: TrtcFault): void;
    faults(): readonly FaultCount<TrtcFaultKind>[];
    clearFaults(): void;
    ledger(): TrtcLedger;
  };
  stop(): Promise<void>;
}

const VERSION = '2019-07-22';

/**
 * Stands in for TRTC's cloud API on loopback, written from the published documents: the signature of
 * each request is verified, and rooms and tasks are kept as they would be.
 */
export async function startTrtcSimulator(settings: TrtcSimulatorSettings): Promise<TrtcSimulator> {
  const behaviour = trtcBehaviourOf(settings);
  const timers = createTimers(behaviour.speed);
  const faultTimers = createTimers(1);
  const rules = createFaultRules<TrtcFaultKind>();
  const codes = new Map<object, string>();
  const callbacks = createRoomCallbackSender(behaviour, faultTimers);
  const studio = createStudio(behaviour, timers, callbacks);
  const actions = createActions(behaviour, studio);
  const requests = new Map<string, number>();
  const meter = createMeter(behaviour.ratePerSecond);

  const carryOut = (action: string, body: string): ActionAnswer => {
    const members = objectIn(body);
    if (members === undefined) return { fault: 'InvalidParameter.BodyParamsError' };
    if (members.SdkAppId !== behaviour.sdkAppId) return { fault: 'InvalidParameter.SdkAppId' };
    return actions.get(action)?.(members) ?? { fault: 'InvalidAction' };
  };

  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await readBody(request);
    const action = String(request.headers['x-tc-action']);
    const refusal = refusalOf(request, body, behaviour);
    if (refusal !== undefined) return say(response, { fault: refusal });
    if (meter.exceeded(action)) return say(response, { fault: 'RequestLimitExceeded' });
    requests.set(action, (requests.get(action) ?? 0) + 1);
    const rule = rules.next(action);
    const effect = rule?.effect ?? rule?.kind !== 'code';
    const answer = effect ? carryOut(action, body) : { fault: '' };
    switch (rule?.kind) {
      case 'lose-answer':
        response.destroy();
        return undefined;
      case 'slow-answer':
        await faultTimers.wait(rule.ms ?? 0);
        return say(response, answer);
      case 'status':
        response.writeHead(rule.status ?? 502).end('<html>bad gateway</html>');
        return undefined;
      case 'malformed':
        response.writeHead(200, JSON_TYPE).end(written(answer).slice(0, -9));
        return undefined;
      case 'code':
        return say(response, { fault: codes.get(rule) ?? 'InternalError' });
      case undefined:
        return say(response, answer);
    }
  };

  const server = await serveOnLoopback(settings.port, serve);
  return {
    url: server.url,
    control: {
      ...handsOn(studio),
      callBack({ url = callbacks.url, how = callbacks.delivery }) {
        callbacks.url = url;
        callbacks.delivery = how;
      },
      fault({ code, ...fault }) {
        if (code !== undefined) codes.set(fault, code);
        rules.add(fault);
      },
      faults: () => rules.counts(),
      clearFaults: () => rules.clear(),
      ledger: () => ({
        requests: Object.fromEntries(requests),
        tasks: studio.tasks,
        callbacks: callbacks.sent,
        rooms: Object.fromEntries([...studio.rooms].map(([key, users]) => [key, [...users]])),
      }),
    },
    async stop() {
      await server.stop();
      timers.clear();
      faultTimers.clear();
    },
  };
}

const handsOn = ({ enter, exit, stream, finish }: Studio) => ({ enter, exit, stream, finish });

/** Why a request is not let in. */
function refusalOf(
  request: IncomingMessage,
  body: string,
  { apiSecretId: secretId, apiSecretKey: secretKey }: TrtcBehaviour,
): string | undefined {
  const headers = request.headers as Readonly<Record<string, string | undefined>>;
  const expected = { secretId, secretKey, now: Math.floor(Date.now() / 1_000) };
  const signed = { method: request.method ?? '', path: request.url ?? '', headers, body };
  const unsigned = tc3Fault(signed, expected);
  if (unsigned !== undefined) return unsigned;
  if (headers['x-tc-version'] !== VERSION) return 'UnsupportedOperation';
  const regions = ACTION_REGIONS[headers['x-tc-action'] ?? ''];
  if (regions === undefined) return 'InvalidAction';
  return regions.includes(headers['x-tc-region'] ?? '') ? undefined : 'UnsupportedRegion';
}

const JSON_TYPE = { 'content-type': 'application/json' };

const say = (response: ServerResponse, answer: ActionAnswer): void => {
  response.writeHead(200, JSON_TYPE).end(written(answer));
};

function written(answer: ActionAnswer): string {
  const RequestId = randomUUID();
  const Response =
    'fault' in answer
      ? { Error: { Code: answer.fault, Message: `simulated ${answer.fault}` }, RequestId }
      : { ...answer.response, RequestId };
  return JSON.stringify({ Response });
}

function objectIn(body: string): Members | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Members) : undefined;
  } catch {
    return undefined;
  }
}
