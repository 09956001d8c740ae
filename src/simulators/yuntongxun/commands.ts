import { randomInt } from 'node:crypto';
import type { Timers } from '../timers.js';
import { Call, type CallRequest, type CallWatcher } from './call.js';
import type { Answer } from './faults.js';
import type { Phone } from './phones.js';
import type { Behaviour } from './settings.js';
import type { SubAccounts } from './sub-accounts.js';
import { stamp } from './wire.js';

type Members = Readonly<Record<string, unknown>>;

export interface Switchboard {
  readonly calls: readonly Call[];
  find(callSid: string): Call | undefined;
  /** From the next call on. */
  script(number: string, phone: Phone): void;
  place(request: CallRequest): Call;
}

/** The documented layout: the time to the second, and twenty more characters. */
const newCallSid = (nth: number): string =>
  `${stamp(Date.now()).slice(2)}00010306${String(randomInt(10_000)).padStart(4, '0')}${String(nth).padStart(8, '0')}`;

export function createSwitchboard(
  behaviour: Behaviour,
  timers: Timers,
  watcher: CallWatcher,
): Switchboard {
  const calls = new Map<string, Call>();
  const scripts = new Map<string, Phone>();
  const { dialAfterMs, ringMs } = behaviour;
  return {
    get calls() {
      return [...calls.values()];
    },
    find: (callSid) => calls.get(callSid),
    script: (number, phone) => void scripts.set(number, phone),
    place(request) {
      const callSid = newCallSid(calls.size + 1);
      const phoneOf = (number: string) => scripts.get(number) ?? behaviour.phone;
      const call = new Call({ callSid, request, phoneOf, timers, dialAfterMs, ringMs, watcher });
      calls.set(callSid, call);
      return call;
    },
  };
}

const text = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';
const fail = (statusCode: string, statusMsg: string): Answer => ({ statusCode, statusMsg });
const ok = (members: Members = {}): Answer => ({ statusCode: '000000', ...members });

const NUMBER = /^(?:1[3-9]\d{9}|0\d{9,11}|00\d{6,15}|[48]00\d{7})$/;

export interface CommandParts {
  readonly behaviour: Behaviour;
  readonly switchboard: Switchboard;
  readonly accounts: SubAccounts;
}

/** A request that its account may make; the members are those of the body. */
export interface Order {
  readonly sid: string;
  readonly body: Members;
  readonly query: URLSearchParams;
}
export type Command = (order: Order) => Answer;

/** By level and path, as in `SubAccounts Calls/Callback`. */
export function createCommands(parts: CommandParts): ReadonlyMap<string, Command> {
  const { behaviour, switchboard, accounts } = parts;
  const isApp = ({ body }: Order) => text(body.appId) === behaviour.appId;
  const ours =
    (command: Command): Command =>
    (order) =>
      isApp(order) ? command(order) : fail('111170', 'no such application');
  return new Map<string, Command>([
    ['SubAccounts Calls/Callback', ours((order) => callback(order, switchboard))],
    ['SubAccounts Calls/CallCancel', ours((order) => callCancel(order, parts))],
    ['Accounts SubAccounts', ours((order) => createAccount(order, accounts))],
    ['Accounts QuerySubAccountByName', ours((order) => queryAccount(order, accounts))],
    ['Accounts ivr/call', (order) => callState(order, parts)],
  ]);
}

function callback({ sid, body }: Order, switchboard: Switchboard): Answer {
  const [from, to] = [text(body.from), text(body.to)];
  if (!NUMBER.test(from)) return fail('111701', 'from');
  if (!NUMBER.test(to) || from === to) return fail('111702', 'to');
  const seconds = Number(text(body.maxCallTime) || 3_600);
  const cdrUrl = text(body.hangupCdrUrl);
  const call = switchboard.place({
    subAccountSid: sid,
    from,
    to,
    userData: text(body.userData),
    maxSeconds: seconds,
    cdrUrl: cdrUrl === '' ? undefined : cdrUrl,
    body,
  });
  const dateCreated = new Date(call.createdAt + 8 * 3_600_000).toISOString().slice(0, 19);
  return ok({ CallBack: { callSid: call.callSid, dateCreated: dateCreated.replace('T', ' ') } });
}

function callCancel({ sid, body }: Order, { behaviour, switchboard }: CommandParts): Answer {
  const call = switchboard.find(text(body.callSid));
  const gone = fail(behaviour.noCallCode, 'no such call');
  if (call === undefined || call.request.subAccountSid !== sid) return gone;
  switch (call.cancel(text(body.type) || '0')) {
    case 'cancelled':
      return ok();
    case 'guarded':
      return fail(behaviour.guardCode, 'condition not met');
    case 'over':
      return gone;
  }
}

const STAGES = ['requested', 'callerRings', 'callerUp', 'calleeRings', 'talking', 'over'];

function callState({ query }: Order, { behaviour, switchboard }: CommandParts): Answer {
  const call = switchboard.find(query.get('callid') ?? '');
  if (call === undefined) return fail(behaviour.noCallCode, 'no such call');
  const state = behaviour.states[STAGES.indexOf(call.stage)] ?? '';
  return ok({ callSid: call.callSid, state });
}

function createAccount({ body }: Order, accounts: SubAccounts): Answer {
  const made = accounts.create(text(body.friendlyName));
  return made === undefined ? fail('111150', 'name exists') : ok({ SubAccount: made });
}

function queryAccount({ body }: Order, accounts: SubAccounts): Answer {
  const found = accounts.named(text(body.friendlyName));
  return found === undefined ? fail('111151', 'no such name') : ok({ SubAccount: found });
}
