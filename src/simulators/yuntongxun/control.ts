import type { Fault, FaultCount, FaultRules } from '../fault-rules.js';
import type { Call, Side } from './call.js';
import type { Switchboard } from './commands.js';
import type { FaultKind } from './faults.js';
import type { Phone } from './phones.js';
import type { PushSender, SentPush } from './pushes.js';
import type { Behaviour } from './settings.js';
import type { SubAccount, SubAccounts } from './sub-accounts.js';

export interface Ledger {
  /** Requests that came through, by their path, answered or not. */
  readonly requests: Readonly<Record<string, number>>;
  readonly calls: readonly Call[];
  readonly pushes: readonly SentPush[];
  readonly subAccounts: readonly SubAccount[];
}

/** What tests and demonstrations do to the simulator; each is `POST /control/<name>` as well. */
export interface Control {
  /** What this phone does in calls that ring it from now on. */
  script(order: { readonly number: string; readonly phone: Phone }): void;
  /** Now, whatever the script says; whether it could be done. */
  act(order: {
    readonly callSid: string;
    readonly side: Side;
    readonly does: 'answer' | 'hangUp';
  }): boolean;
  fault(fault: Fault<FaultKind>): void;
  /** How often each fault that was ordered has happened. */
  faults(): readonly FaultCount<FaultKind>[];
  clearFaults(): void;
  /** The application's 鉴权 URL from now on. */
  pushTo(order: { readonly url?: string }): void;
  ledger(): Ledger;
}

export interface Parts {
  readonly behaviour: Behaviour;
  readonly rules: FaultRules<FaultKind>;
  readonly switchboard: Switchboard;
  readonly pushes: PushSender;
  readonly accounts: SubAccounts;
  readonly requests: ReadonlyMap<string, number>;
}

export function createControl(parts: Parts): Control {
  const { behaviour, rules, switchboard, pushes, accounts, requests } = parts;
  return {
    script: ({ number, phone }) => switchboard.script(number, phone),
    act: ({ callSid, side, does }) => switchboard.find(callSid)?.[does](side) ?? false,
    fault: (fault) => rules.add(fault),
    faults: () => rules.counts(),
    clearFaults: () => rules.clear(),
    pushTo({ url }) {
      behaviour.pushUrl = url;
    },
    ledger: () => ({
      requests: Object.fromEntries(requests),
      calls: switchboard.calls,
      pushes: pushes.sent,
      subAccounts: accounts.all,
    }),
  };
}
