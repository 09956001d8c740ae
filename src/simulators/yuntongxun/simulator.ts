import type { IncomingMessage, ServerResponse } from 'node:http';
import { serveControl } from '../control-endpoint.js';
import { createFaultRules } from '../fault-rules.js';
import { readBody, serveOnLoopback } from '../loopback-server.js';
import { createTimers } from '../timers.js';
import { createCommands, createSwitchboard } from './commands.js';
import { type Control, createControl } from './control.js';
import { answerWith, type FaultKind } from './faults.js';
import { gateFault } from './gate.js';
import { createPushSender } from './pushes.js';
import { behaviourOf, type YuntongxunSimulatorSettings } from './settings.js';
import { createSubAccounts } from './sub-accounts.js';
import { read, typeOf, type Wire, written } from './wire.js';

export interface YuntongxunSimulator {
  readonly url: string;
  readonly control: Control;
  stop(): Promise<void>;
}

const PATH = /^\/2013-12-26\/(Accounts|SubAccounts)\/([^/]+)\/(.+)$/;

/**
 * Stands in for Yuntongxun's REST API of 2013-12-26 and its pushes, on loopback: written from what
 * is documented, it shares nothing with the client it faces.
 */
export async function startYuntongxunSimulator(
  settings: YuntongxunSimulatorSettings,
): Promise<YuntongxunSimulator> {
  const behaviour = behaviourOf(settings);
  const timers = createTimers(behaviour.speed);
  // Whoever is kept waiting by a fault lives at our speed.
  const faultTimers = createTimers(1);
  const rules = createFaultRules<FaultKind>();
  const accounts = createSubAccounts();
  const pushes = createPushSender(behaviour, rules, faultTimers);
  const switchboard = createSwitchboard(behaviour, timers, pushes);
  const commands = createCommands({ behaviour, switchboard, accounts });
  const requests = new Map<string, number>();
  const control = createControl({ behaviour, rules, switchboard, pushes, accounts, requests });

  const tokenOf = (level: string, sid: string): string | undefined => {
    if (level === 'SubAccounts') return accounts.tokenOf(sid);
    return sid === behaviour.accountSid ? behaviour.accountToken : undefined;
  };

  const whose = (path: string, body: Readonly<Record<string, unknown>>): string | undefined => {
    if (path === 'Calls/Callback') return String(body.from);
    if (typeof body.friendlyName === 'string') return body.friendlyName;
    return switchboard.find(String(body.callSid))?.request.from;
  };

  const serveCommand = async (request: IncomingMessage, response: ServerResponse, url: URL) => {
    const wire: Wire = /xml/i.test(request.headers['content-type'] ?? '') ? 'xml' : 'json';
    const refuse = (statusCode: string) =>
      void response
        .writeHead(200, { 'content-type': typeOf(wire) })
        .end(written(wire, 'Response', { statusCode, statusMsg: 'refused' }));
    const body = read(wire, await readBody(request));
    const [, level = '', sid = '', path = ''] = PATH.exec(url.pathname) ?? [];
    const command = commands.get(`${level} ${path}`);
    if (command === undefined || request.method !== 'POST') return refuse('111100');
    const authorization = request.headers.authorization ?? '';
    const sig = url.searchParams.get('sig') ?? '';
    const presented = { sid, token: tokenOf(level, sid), sig, authorization, now: Date.now() };
    const fault = gateFault(presented);
    if (fault !== undefined) return refuse(fault);
    if (body === undefined) return refuse('111701');
    requests.set(path, (requests.get(path) ?? 0) + 1);
    const query = url.searchParams;
    const callSid = query.get('callid');
    const ordered = rules.next(path, whose(path, callSid === null ? body : { callSid }));
    const carryOut = () => command({ sid, body, query });
    await answerWith(ordered, { wire, response, timers: faultTimers, carryOut });
  };

  const server = await serveOnLoopback(settings.port, async (request, response) => {
    if (await serveControl(control, request, response)) return;
    await serveCommand(request, response, new URL(request.url ?? '/', 'http://simulator'));
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
