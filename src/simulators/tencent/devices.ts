import type { Timers } from '../timers.js';
import type { Action, Call } from './call.js';

/** A phone on which the call rings. A callee may have several: the first to act decides. */
export type Device =
  | {
      readonly does: 'answer';
      readonly afterMs: number;
      /** `vanish`: gone without hanging up, noticed when the heartbeat has run out. */
      readonly afterwards?: { readonly does: 'hang-up' | 'vanish'; readonly afterMs: number };
    }
  | { readonly does: 'reject' | 'busy'; readonly afterMs: number }
  /** Rings in vain. */
  | { readonly does: 'nothing' }
  /** Cannot even ring. */
  | { readonly does: 'offline' };

interface Owner {
  readonly call: Call;
  readonly user: string;
  readonly timers: Timers;
  readonly heartbeatMs: number;
}

const FIRST_ACTIONS = { answer: 'Accept', reject: 'Reject', busy: 'Busy' } as const;

function play(device: Device, nth: number, owner: Owner): void {
  if (device.does === 'nothing' || device.does === 'offline') return;
  const { call, user, timers, heartbeatMs } = owner;
  const act = (action: Action) => call.act(user, action, nth);
  timers.after(device.afterMs, () => {
    const took = act(FIRST_ACTIONS[device.does]);
    if (!took || device.does !== 'answer' || device.afterwards === undefined) return;
    const { does, afterMs } = device.afterwards;
    if (does === 'hang-up') timers.after(afterMs, () => act('HangUp'));
    else timers.after(afterMs + heartbeatMs, () => act('Offline'));
  });
}

/** Sets the phones of one callee going. */
export function ring(devices: readonly Device[], owner: Owner): void {
  for (const [nth, device] of devices.entries()) play(device, nth, owner);
  if (devices.every(({ does }) => does === 'offline')) {
    owner.timers.after(owner.heartbeatMs, () => owner.call.act(owner.user, 'Offline'));
  }
}
