import type { Fault, FaultCount, FaultRules } from '../fault-rules.js';
import type { Action, Call } from './call.js';
import type { CallbackSender, SentCallback } from './callbacks.js';
import type { Device } from './devices.js';
import type { FaultKind } from './faults.js';
import type { Behaviour, Delivery, Shapes } from './settings.js';
import type { Switchboard } from './switchboard.js';

export interface Ledger {
  /** Requests that came through to each command, answered or not. */
  readonly requests: Readonly<Record<string, number>>;
  readonly calls: readonly Call[];
  readonly callbacks: readonly SentCallback[];
}

/** What tests and demonstrations do to the simulator; each is `POST /control/<name>` as well. */
export interface Control {
  /** What the callee's phones do in calls that start from now on. */
  script(order: { readonly user: string; readonly devices: readonly Device[] }): void;
  /** Now, whatever the script says; whether it could be done. */
  act(order: { readonly callId: string; readonly user: string; readonly action: Action }): boolean;
  fault(fault: Fault<FaultKind>): void;
  /** How often each fault that was ordered has happened. */
  faults(): readonly FaultCount<FaultKind>[];
  clearFaults(): void;
  shapes(shapes: Partial<Shapes>): void;
  /** Of callbacks from now on. */
  deliver(order: { readonly how: Delivery }): void;
  ledger(): Ledger;
}

export interface Parts {
  readonly behaviour: Behaviour;
  readonly rules: FaultRules<FaultKind>;
  readonly switchboard: Switchboard;
  readonly callbacks: CallbackSender;
  readonly requests: ReadonlyMap<string, number>;
}

export function createControl(parts: Parts): Control {
  const { behaviour, rules, switchboard, callbacks, requests } = parts;
  return {
    script: ({ user, devices }) => switchboard.script(user, devices),
    act: ({ callId, user, action }) => switchboard.find(callId)?.act(user, action) ?? false,
    fault: (fault) => rules.add(fault),
    faults: () => rules.counts(),
    clearFaults: () => rules.clear(),
    shapes(shapes) {
      behaviour.shapes = { ...behaviour.shapes, ...shapes };
    },
    deliver({ how }) {
      behaviour.delivery = how;
    },
    ledger: () => ({
      requests: Object.fromEntries(requests),
      calls: switchboard.calls,
      callbacks: callbacks.sent,
    }),
  };
}
