import { randomBytes } from 'node:crypto';
import type { Timers } from '../timers.js';
import { Call, type CallRequest } from './call.js';
import type { Callbacks } from './callbacks.js';
import { type Verb, verbsOf } from './script.js';
import type { Behaviour, Phone } from './settings.js';

export interface Switchboard {
  readonly calls: readonly Call[];
  find(sid: string): Call | undefined;
  /** The number that was rung first, in this call or the one that dialled it. */
  callerOf(sid: string | null): string | undefined;
  /** What this phone does in calls that ring it from now on. */
  script(number: string, phone: Phone): void;
  /** Calls a phone, and does with whoever answers what the script says. */
  place(request: CallRequest, twiml: string): Call;
  /** Presses a key of a phone where one is waited for. */
  pressKey(sid: string): boolean;
}

type Dial = Extract<Verb, { verb: 'Dial' }>;
type Gather = Extract<Verb, { verb: 'Gather' }>;

const newSid = (): string => `CA${randomBytes(16).toString('hex')}`;

interface Running {
  readonly callbacks: Callbacks;
  readonly timers: Timers;
  readonly phoneOf: (number: string) => Phone;
  readonly dial: (request: CallRequest, changed: (call: Call) => void) => Call;
  /** Whoever waits for a key, by the call's sid. */
  readonly gathers: Map<string, () => void>;
}

/** Does with a call that was answered what its script says. */
function createRunner({ callbacks, timers, phoneOf, dial, gathers }: Running) {
  const run = async (call: Call, twiml: string | undefined): Promise<void> => {
    const verbs = twiml === undefined ? undefined : verbsOf(twiml);
    // Nothing to go on with: Twilio says so to the caller and hangs up.
    for (const verb of verbs ?? []) {
      if (call.isOver) return;
      switch (verb.verb) {
        case 'Say':
          break;
        case 'Hangup':
          return void call.end('completed');
        case 'Redirect':
          return run(call, await callbacks.fetchScript(call, verb.url));
        case 'Pause':
          await timers.wait(verb.ms);
          break;
        case 'Gather': {
          const { presses: Digits = '1' } = phoneOf(call.request.to);
          const isEntered = (await isPressed(call, verb)) && Digits !== verb.finishOnKey;
          if (!isEntered) break;
          return run(call, await callbacks.fetchScript(call, verb.action, { Digits }));
        }
        case 'Dial':
          await bridge(call, verb);
      }
    }
    call.end('completed');
  };

  const isPressed = async (call: Call, { timeoutMs }: Gather): Promise<boolean> => {
    const pressed = new Promise<boolean>((resolve) => {
      gathers.set(call.sid, () => resolve(true));
      const { pressesKeyAfterMs } = phoneOf(call.request.to);
      if (pressesKeyAfterMs !== undefined) timers.after(pressesKeyAfterMs, () => resolve(true));
      timers.after(timeoutMs, () => resolve(false));
    });
    const isSo = await pressed;
    gathers.delete(call.sid);
    return isSo && !call.isOver;
  };

  /** Until the second call is over; whoever ends the first ends the second. */
  const bridge = (parent: Call, verb: Dial): Promise<void> =>
    new Promise((resolve) => {
      const { number: to, callerId: from, ringMs, limitMs, statusCallback, events } = verb;
      const { caller } = parent.request;
      const { sid: parentSid } = parent;
      const request = { to, from, ringMs, limitMs, statusCallback, events, caller, parentSid };
      dial(request, (child) => {
        callbacks.tell(child, child.status);
        if (child.isOver) resolve();
      });
    });

  return run;
}

export function createSwitchboard(
  behaviour: Behaviour,
  timers: Timers,
  callbacks: Callbacks,
): Switchboard {
  const calls = new Map<string, Call>();
  const phones = new Map<string, Phone>();
  const gathers = new Map<string, () => void>();
  const phoneOf = (number: string) => phones.get(number) ?? behaviour.phone;

  const dial = (request: CallRequest, changed: (call: Call) => void): Call => {
    const { dialAfterMs } = behaviour;
    const phone = phoneOf(request.to);
    const call = new Call({ sid: newSid(), request, phone, timers, dialAfterMs, changed });
    calls.set(call.sid, call);
    callbacks.tell(call, 'initiated');
    return call;
  };

  const run = createRunner({ callbacks, timers, phoneOf, dial, gathers });

  const endChildren = (parent: Call): void => {
    for (const each of calls.values()) {
      if (each.request.parentSid !== parent.sid) continue;
      each.end(each.status === 'in-progress' ? 'completed' : 'canceled');
    }
  };

  return {
    get calls() {
      return [...calls.values()];
    },
    find: (sid) => calls.get(sid),
    callerOf: (sid) => calls.get(sid ?? '')?.request.caller,
    script: (number, phone) => void phones.set(number, phone),
    place: (request, twiml) =>
      dial(request, (call) => {
        callbacks.tell(call, call.status);
        if (call.status === 'in-progress') void run(call, twiml);
        if (call.isOver) endChildren(call);
      }),
    pressKey(sid) {
      const press = gathers.get(sid);
      press?.();
      return press !== undefined;
    },
  };
}
