import type { IncomingMessage, ServerResponse } from 'node:http';
import { serveControl } from '../control-endpoint.js';
import { createFaultRules, type Fault, type FaultCount } from '../fault-rules.js';
import { readBody, serveOnLoopback } from '../loopback-server.js';
import { createTimers } from '../timers.js';
import type { Call } from './call.js';
import { createCallbacks, type SentCallback } from './callbacks.js';
import { createCall, listCalls, showCall, updateCall } from './commands.js';
import { type Answer, answerWith, type FaultKind, failed } from './faults.js';
import { behaviourOf, type Phone, type TwilioSimulatorSettings } from './settings.js';
import { wrongIn } from './shapes.js';
import { createSwitchboard } from './switchboard.js';

export interface Ledger {
  /** Requests that came through, by method and `Calls` or `Call`, answered or not. */
  readonly requests: Readonly<Record<string, number>>;
  readonly calls: readonly Call[];
  readonly callbacks: readonly SentCallback[];
}

/** What tests and demonstrations do to the simulator; each is `POST /control/<name>` as well. */
export interface Control {
  /** What this phone does in calls that ring it from now on. */
  script(order: { readonly number: string; readonly phone: Phone }): void;
  /** Now, whatever the script says; whether it could be done. */
  act(order: { readonly sid: string; readonly does: 'answer' | 'hangUp' | 'pressKey' }): boolean;
  /** On `POST Calls`, `GET Call` …, a callback, as in `caller ringing`, or `dial`, where a script goes on. */
  fault(fault: Fault<FaultKind>): void;
  faults(): readonly FaultCount<FaultKind>[];
  clearFaults(): void;
  ledger(): Ledger;
}

export interface TwilioSimulator {
  readonly url: string;
  readonly control: Control;
  stop(): Promise<void>;
}

const PATH = /^\/2010-04-01\/Accounts\/([^/]+)\/Calls(?:\/(CA\w+))?\.json$/;

/**
 * Stands in for Twilio's calls of 2010-04-01 and their callbacks, on loopback: written from what is
 * documented, it shares nothing with the client it faces but Twilio's own signature.
 */
export async function startTwilioSimulator(
  settings: TwilioSimulatorSettings,
): Promise<TwilioSimulator> {
  const behaviour = behaviourOf(settings);
  const { accountSid, authToken, speed } = behaviour;
  const timers = createTimers(speed);
  // Whoever is kept waiting by a fault lives at our speed.
  const faultTimers = createTimers(1);
  const rules = createFaultRules<FaultKind>();
  const callbacks = createCallbacks({ behaviour, rules, timers: faultTimers });
  const switchboard = createSwitchboard(behaviour, timers, callbacks);
  const parts = { behaviour, switchboard };
  const requests = new Map<string, number>();
  const expected = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;

  const control: Control = {
    script: ({ number, phone }) => switchboard.script(number, phone),
    act: ({ sid, does }) =>
      does === 'pressKey' ? switchboard.pressKey(sid) : (switchboard.find(sid)?.[does]() ?? false),
    fault: (fault) => rules.add(fault),
    faults: () => rules.counts(),
    clearFaults: () => rules.clear(),
    ledger: () => ({
      requests: Object.fromEntries(requests),
      calls: switchboard.calls,
      callbacks: callbacks.sent,
    }),
  };

  const commandOf = (method: string, sid: string | undefined, url: URL, form: URLSearchParams) => {
    const commands: Readonly<Record<string, () => Answer>> = {
      'POST Calls': () => createCall(parts, form),
      'GET Calls': () => listCalls(parts, url.searchParams),
      'GET Call': () => showCall(parts, sid ?? ''),
      'POST Call': () => updateCall(parts, sid ?? '', form),
    };
    const name = `${method} ${sid === undefined ? 'Calls' : 'Call'}`;
    return { name, carryOut: commands[name] };
  };

  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://simulator');
    const refuse = (answer: Answer) =>
      answerWith(undefined, { response, timers, carryOut: () => answer });
    const form = new URLSearchParams(await readBody(request));
    const members = request.method === 'GET' ? url.searchParams : form;
    const [, account, sid] = PATH.exec(url.pathname) ?? [];
    const { name, carryOut } = commandOf(request.method ?? '', sid, url, form);
    if (account === undefined || carryOut === undefined)
      return refuse(failed(404, 20404, 'no such'));
    if (request.headers.authorization !== expected || account !== accountSid) {
      return refuse(failed(401, 20003, 'Authenticate'));
    }
    requests.set(name, (requests.get(name) ?? 0) + 1);
    const wrong = wrongIn(name, members);
    if (wrong !== undefined) return refuse(wrong);
    const whose = members.get('To') ?? switchboard.callerOf(sid ?? members.get('ParentCallSid'));
    await answerWith(rules.next(name, whose), { response, timers: faultTimers, carryOut });
  };

  const server = await serveOnLoopback(settings.port, async (request, response) => {
    if (await serveControl(control, request, response)) return;
    await serve(request, response);
  });
  return {
    url: server.url,
    control,
    async stop() {
      await server.stop();
      timers.clear();
      faultTimers.clear();
    },
  };
}
