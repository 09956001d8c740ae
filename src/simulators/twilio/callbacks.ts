import twilio from 'twilio';
import type { FaultRules } from '../fault-rules.js';
import type { Timers } from '../timers.js';
import type { Call, Status } from './call.js';
import type { FaultKind } from './faults.js';
import type { Behaviour } from './settings.js';

export interface SentCallback {
  /** The last part of its address. */
  readonly name: string;
  readonly sid: string;
  readonly said: string;
  /** Missing: nobody answered. */
  readonly status?: number;
  /** Milliseconds since the epoch. */
  readonly sentAt: number;
  /** Until it was answered, or given up. */
  readonly tookMs: number;
}

export interface Callbacks {
  readonly sent: readonly SentCallback[];
  /** Tells of a status, where that was asked for. */
  tell(call: Call, status: Status | 'initiated'): void;
  /** What the script goes on with; `undefined` when it cannot be had. */
  fetchScript(
    call: Call,
    url: string,
    more?: Readonly<Record<string, string>>,
  ): Promise<string | undefined>;
}

const ANSWER_WITHIN_MS = 15_000;
const EVENT_OF: Readonly<Partial<Record<Status | 'initiated', string>>> = {
  initiated: 'initiated',
  ringing: 'ringing',
  'in-progress': 'answered',
};

const nameIn = (url: string): string => new URL(url).pathname.split('/').at(-1) ?? '';

interface Parts {
  readonly behaviour: Behaviour;
  readonly rules: FaultRules<FaultKind>;
  /** Of whoever is kept waiting by a fault. */
  readonly timers: Timers;
}

export function createCallbacks({ behaviour, rules, timers }: Parts): Callbacks {
  const { accountSid, authToken } = behaviour;
  const sent: SentCallback[] = [];
  const told = new Map<string, number>();

  const about = (call: Call, status: string): Record<string, string> => ({
    AccountSid: accountSid,
    ApiVersion: '2010-04-01',
    CallSid: call.sid,
    CallStatus: status,
    Direction: call.request.parentSid === undefined ? 'outbound-api' : 'outbound-dial',
    From: call.request.from,
    To: call.request.to,
    ...(call.request.parentSid !== undefined && { ParentCallSid: call.request.parentSid }),
  });

  const post = async (call: Call, url: string, members: Record<string, string>) => {
    const sentAt = Date.now();
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
        'x-twilio-signature': twilio.getExpectedTwilioSignature(authToken, url, members),
      },
      body: new URLSearchParams(members).toString(),
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    }).catch(() => undefined);
    const text = await answer?.text().catch(() => '');
    sent.push({
      name: nameIn(url),
      sid: call.sid,
      said: members.CallStatus ?? '',
      sentAt,
      tookMs: Date.now() - sentAt,
      ...(answer && { status: answer.status }),
    });
    return answer?.ok ? text : undefined;
  };

  const send = async (
    name: string,
    call: Call,
    url: string,
    members: Record<string, string>,
  ): Promise<string | undefined> => {
    const fault = rules.next(name, call.request.caller);
    if (fault?.kind === 'lose-answer') return undefined;
    if (fault?.ms !== undefined) await timers.wait(fault.ms);
    if (fault?.kind === 'twice') await post(call, url, members);
    return post(call, url, members);
  };

  return {
    sent,
    tell(call, status) {
      const { statusCallback, events } = call.request;
      if (statusCallback === '' || !events.includes(EVENT_OF[status] ?? 'completed')) return;
      const number = told.get(call.sid) ?? 0;
      told.set(call.sid, number + 1);
      void send(`${nameIn(statusCallback)} ${status}`, call, statusCallback, {
        ...about(call, status),
        SequenceNumber: String(number),
        Timestamp: new Date().toUTCString(),
        CallbackSource: 'call-progress-events',
        ...(call.isOver && { CallDuration: String(call.duration) }),
      });
    },
    fetchScript: (call, url, more = {}) =>
      send(nameIn(url), call, url, { ...about(call, call.status), ...more }),
  };
}
