import type { IncomingMessage, ServerResponse } from 'node:http';
import { objectIn, serveControl } from '../control-endpoint.js';
import { createFaultRules } from '../fault-rules.js';
import { readBody, serveOnLoopback } from '../loopback-server.js';
import { createTimers } from '../timers.js';
import { type Answer, fail, written } from './answers.js';
import { CALLBACK_COMMANDS, createCallbackSender } from './callbacks.js';
import { createCommands } from './commands.js';
import { type Control, createControl } from './control.js';
import { answerWith, type FaultKind } from './faults.js';
import { createMeter, gateFault } from './gate.js';
import { behaviourOf, type TencentSimulatorSettings } from './settings.js';
import { createSwitchboard } from './switchboard.js';

export interface TencentSimulator {
  readonly url: string;
  readonly control: Control;
  stop(): Promise<void>;
}

/**
 * Stands in for Tencent's Call REST API and its callbacks, on loopback: written from the published
 * documents, it shares nothing with the client it faces.
 */
export async function startTencentSimulator(
  settings: TencentSimulatorSettings,
): Promise<TencentSimulator> {
  const behaviour = behaviourOf(settings);
  const timers = createTimers(behaviour.speed);
  // Whoever is kept waiting by a fault lives at our speed.
  const faultTimers = createTimers(1);
  const rules = createFaultRules<FaultKind>();
  const callbacks = createCallbackSender(behaviour, rules, faultTimers);
  if (settings.callbackUrl !== undefined) {
    callbacks.config = { Url: settings.callbackUrl, CallbackCommandList: CALLBACK_COMMANDS };
  }
  const switchboard = createSwitchboard(behaviour, timers, callbacks);
  const commands = createCommands({ behaviour, switchboard, callbacks });
  const meter = createMeter(behaviour.ratePerSecond);
  const requests = new Map<string, number>();
  const control = createControl({ behaviour, rules, switchboard, callbacks, requests });

  const say = (response: ServerResponse, answer: Answer) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(written(answer));

  const robotIn = ({ Robot_Account, CallId }: Record<string, unknown>) =>
    typeof Robot_Account === 'string' ? Robot_Account : switchboard.find(CallId)?.request.robot;

  const serveCommand = async (request: IncomingMessage, response: ServerResponse, url: URL) => {
    const body = objectIn(await readBody(request));
    const path = url.pathname.replace('/v4/', '');
    const command = commands.get(path);
    if (request.method !== 'POST') return say(response, fail(60002));
    if (command === undefined) return say(response, fail(60009));
    const fault = gateFault(url.searchParams, behaviour);
    if (fault !== undefined) return say(response, fail(fault));
    if (body === undefined) return say(response, fail(60003));
    const name = path.split('/')[1] ?? '';
    if (meter.exceeded(name)) return say(response, fail(60007));
    requests.set(name, (requests.get(name) ?? 0) + 1);
    await answerWith(rules.next(name, robotIn(body)), () => command(body), response, faultTimers);
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
