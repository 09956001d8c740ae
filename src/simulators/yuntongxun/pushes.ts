import type { FaultRules } from '../fault-rules.js';
import type { Timers } from '../timers.js';
import type { Call, Leg } from './call.js';
import type { FaultKind } from './faults.js';
import type { Behaviour } from './settings.js';
import { read, stamp, typeOf, written } from './wire.js';

export type PushName = 'CallAuth' | 'CallEstablish' | 'Hangup' | 'CDR';

export interface SentPush {
  readonly name: PushName;
  readonly callSid: string;
  /** Missing: nobody answered. */
  readonly status?: number;
  /** What the answer says in its own words. */
  readonly statuscode?: string;
  /** Milliseconds since the epoch. */
  readonly sentAt: number;
  /** Until it was answered, or given up. */
  readonly tookMs: number;
}

const ANSWER_WITHIN_MS = 5_000;
const OK: readonly unknown[] = ['0000', '000000'];

export interface PushSender {
  readonly sent: readonly SentPush[];
  mayDial(call: Call): Promise<boolean>;
  talking(call: Call): void;
  ended(call: Call): void;
}

export function createPushSender(
  behaviour: Behaviour,
  rules: FaultRules<FaultKind>,
  timers: Timers,
): PushSender {
  const sent: SentPush[] = [];

  const post = poster(behaviour, sent);

  /** The provider's own word on a lost question is not documented: here it dials all the same. */
  const send = async (name: PushName, call: Call, url: string | undefined, members: object) => {
    if (url === undefined) return undefined;
    const root = name === 'CDR' ? 'CDR' : 'request';
    const body = written(behaviour.format, root, members as Record<string, unknown>);
    const fault = rules.next(name, call.request.from);
    if (fault?.kind === 'lose-answer') return LOST;
    if (fault?.ms !== undefined) await timers.wait(fault.ms);
    const first = post(name, call.callSid, url, body);
    if (fault?.kind === 'twice') void post(name, call.callSid, url, body);
    return first;
  };

  const below = (name: PushName) =>
    behaviour.pushUrl === undefined ? undefined : `${behaviour.pushUrl}/${name}`;

  const about = (action: PushName, { callSid, request }: Call) => ({
    action,
    type: '1',
    appId: behaviour.appId,
    subid: request.subAccountSid,
    caller: request.from,
    called: request.to,
    callSid,
    userData: request.userData,
  });

  return {
    sent,
    async mayDial(call) {
      const said = await send('CallAuth', call, below('CallAuth'), about('CallAuth', call));
      // Nobody to ask, or a question that was lost on its way: it dials as if there were none.
      return said === LOST || behaviour.pushUrl === undefined || OK.includes(said);
    },
    talking(call) {
      const members = { ...about('CallEstablish', call), time: stamp(call.talkingAt) };
      void send('CallEstablish', call, below('CallEstablish'), members);
    },
    ended(call) {
      void send('Hangup', call, below('Hangup'), {
        ...about('Hangup', call),
        starttime: stamp(call.talkingAt),
        endtime: stamp(call.endedAt),
        recordurl: '',
        talkDuration: String(talkSeconds(call)),
        byetype: call.byetype ?? '',
      });
      timers.after(behaviour.recordDelayMs, () => {
        void send('CDR', call, call.request.cdrUrl, record(call, behaviour));
      });
    },
  };
}

/** Posts a push, and notes what came of it. */
function poster({ format }: Behaviour, sent: SentPush[]) {
  return async (name: PushName, callSid: string, url: string, body: string) => {
    const sentAt = Date.now();
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': typeOf(format) },
      body,
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    }).catch(() => undefined);
    const text = await answer?.text().catch(() => '');
    const said = read(format, text ?? '')?.statuscode;
    sent.push({
      name,
      callSid,
      sentAt,
      tookMs: Date.now() - sentAt,
      ...(answer && { status: answer.status }),
      ...(typeof said === 'string' && { statuscode: said }),
    });
    return said;
  };
}

const LOST = Symbol('lost');

const talkSeconds = ({ talkingAt, endedAt }: Call): number =>
  talkingAt === undefined || endedAt === undefined ? 0 : Math.round((endedAt - talkingAt) / 1_000);

/** With `needBothCdr` each leg has a record of its own. */
function record(call: Call, { appId }: Behaviour) {
  const common = {
    appId,
    callSid: call.callSid,
    userData: call.request.userData,
    subId: call.request.subAccountSid,
    caller: call.request.from,
    called: call.request.to,
    byetype: call.byetype ?? '',
    duration: String(talkSeconds(call)),
  };
  const times = (leg: Leg | undefined) => ({
    beginCallTime: stamp(leg?.rangAt),
    ringingBeginTime: stamp(leg?.rangAt),
    starttime: stamp(leg?.answeredAt),
    endtime: stamp(leg === undefined ? call.endedAt : leg.endedAt),
  });
  const [caller, callee] = [call.legs[0], call.legs[1]];
  return {
    orderid: `CM10185${call.callSid}`,
    recordurl: '',
    callerCdr: { ...common, ...times(caller) },
    calledCdr: { ...common, ...times(callee) },
  };
}
