import type { StartRequest } from './start-request.js';

/** The words of `ActionType`, and `Busy`, which phones do by themselves and tell as `Reject`. */
export type Action =
  | 'Accept'
  | 'Reject'
  | 'NotAnswer'
  | 'HangUp'
  | 'Offline'
  | 'Busy'
  /** Somebody of the call has one more user rung; that user comes by without being rung. */
  | 'Invite'
  | 'Join';
type Status = 'Calling' | 'Waiting';

export interface Member {
  readonly account: string;
  /** Missing: out of the call. */
  readonly status?: Status;
  /** What took the member out. */
  readonly out?: Action;
}

export interface LogEntry {
  readonly at: number;
  readonly what: 'started' | Action | 'ended';
  readonly account?: string;
  /** Which of the callee's phones, from 0. */
  readonly device?: number;
}

export interface Call {
  readonly id: string;
  readonly request: StartRequest;
  readonly startedAt: number;
  readonly acceptedAt?: number | undefined;
  readonly endedAt?: number | undefined;
  readonly result?: string | undefined;
  readonly members: readonly Member[];
  readonly log: readonly LogEntry[];
  /** Whether it could be done: nobody can answer twice, nor a call that is over. */
  act(account: string, action: Action, device?: number): boolean;
  /** `end_call` of a call that is not over. */
  endByServer(): void;
}

export interface CallWatcher {
  changed(call: Call, account: string, action: Action): void;
  ended(call: Call): void;
}

const NEEDED_STATUS: Readonly<Record<Action, readonly (Status | undefined)[]>> = {
  Accept: ['Waiting'],
  Reject: ['Waiting'],
  Busy: ['Waiting'],
  NotAnswer: ['Waiting'],
  HangUp: ['Calling'],
  Offline: ['Calling', 'Waiting'],
  Invite: [undefined],
  Join: [undefined],
};

const STATUS_AFTER: Readonly<Partial<Record<Action, Status>>> = {
  Accept: 'Calling',
  Join: 'Calling',
  Invite: 'Waiting',
};

function resultOf(members: readonly Member[], answered: boolean, last: Action): string {
  if (answered) return last === 'Offline' ? 'Offline' : 'NormalEnd';
  const outs = new Set(members.map(({ out }) => out));
  if (outs.has('NotAnswer')) return 'NotAnswer';
  if (outs.has('Busy')) return 'CallBusy';
  return outs.has('Offline') ? 'Offline' : 'Reject';
}

/**
 * The robot takes part from the beginning and has no heartbeat, so the call lasts until it is alone:
 * "ends when the number of participants is 1 or less".
 */
export function createCall(
  id: string,
  request: StartRequest,
  resultOfEndCall: string,
  watcher: CallWatcher,
): Call {
  const startedAt = Date.now();
  let members: readonly Member[] = [
    { account: request.robot, status: 'Calling' },
    ...request.callees.map((account): Member => ({ account, status: 'Waiting' })),
  ];
  const log: LogEntry[] = [{ at: startedAt, what: 'started' }];
  let acceptedAt: number | undefined;
  let over: { readonly at: number; readonly result: string } | undefined;

  const finish = (result: string) => {
    over = { at: Date.now(), result };
    log.push({ at: over.at, what: 'ended' });
    watcher.ended(call);
  };

  const call: Call = {
    id,
    request,
    startedAt,
    get acceptedAt() {
      return acceptedAt;
    },
    get endedAt() {
      return over?.at;
    },
    get result() {
      return over?.result;
    },
    get members() {
      return members;
    },
    get log() {
      return log;
    },
    act(account, action, device) {
      const known = members.find((each) => each.account === account);
      const comes = action === 'Invite' || action === 'Join';
      const member = known ?? (comes ? { account } : undefined);
      if (over || !member || !NEEDED_STATUS[action].includes(member.status)) return false;
      if (known === undefined) members = [...members, member];
      const at = Date.now();
      if (action === 'Accept' || action === 'Join') acceptedAt ??= at;
      const status = STATUS_AFTER[action];
      const moved: Member = status === undefined ? { account, out: action } : { account, status };
      members = members.map((each) => (each === member ? moved : each));
      log.push({ at, what: action, account, ...(device === undefined ? {} : { device }) });
      watcher.changed(call, account, action);
      if (members.filter(({ status }) => status !== undefined).length <= 1) {
        finish(resultOf(members, acceptedAt !== undefined, action));
      }
      return true;
    },
    endByServer() {
      finish(acceptedAt === undefined ? resultOfEndCall : 'NormalEnd');
    },
  };
  return call;
}
