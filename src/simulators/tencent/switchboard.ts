import { randomUUID } from 'node:crypto';
import type { Timers } from '../timers.js';
import { type Call, type CallWatcher, createCall } from './call.js';
import { type Device, ring } from './devices.js';
import type { Behaviour } from './settings.js';
import type { StartRequest } from './start-request.js';

export interface Switchboard {
  readonly calls: readonly Call[];
  start(request: StartRequest): Call;
  find(callId: unknown): Call | undefined;
  /** Calls whose record exists by now. */
  recorded(): readonly Call[];
  /** From the next call on. */
  script(user: string, devices: readonly Device[]): void;
}

export function createSwitchboard(
  behaviour: Behaviour,
  timers: Timers,
  watcher: CallWatcher & { started(call: Call): void },
): Switchboard {
  const calls = new Map<string, Call>();
  const scripts = new Map<string, readonly Device[]>();
  const { heartbeatMs, recordDelayMs, resultOfEndCall } = behaviour;

  return {
    get calls() {
      return [...calls.values()];
    },
    start(request) {
      const call = createCall(randomUUID(), request, resultOfEndCall, watcher);
      calls.set(call.id, call);
      watcher.started(call);
      for (const user of request.callees) {
        ring(scripts.get(user) ?? behaviour.devices, { call, user, timers, heartbeatMs });
      }
      timers.after(request.timeoutMs, () => {
        for (const user of request.callees) call.act(user, 'NotAnswer');
      });
      return call;
    },
    find: (callId) => calls.get(String(callId)),
    recorded() {
      const latest = Date.now() - timers.scaled(recordDelayMs);
      return this.calls.filter(({ endedAt }) => endedAt !== undefined && endedAt <= latest);
    },
    script(user, devices) {
      scripts.set(user, devices);
    },
  };
}
