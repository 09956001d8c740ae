import type { Fault } from '../../../../src/simulators/fault-rules.js';
import type { FaultKind } from '../../../../src/simulators/yuntongxun/faults.js';
import { ACCOUNT, APP_ID, openYuntongxun } from '../../yuntongxun.js';
import {
  ofRequest as anyRequest,
  type Code,
  named,
  ofPlacing,
  ofPush,
  orderBook,
} from './faults.js';
import { ASKED_ABOUT, ENDED_BY_US, TALKED_IN } from './plan.js';
import type { PhoneFault, PhoneProvider, StandIn } from './provider.js';

type Rule = Fault<FaultKind>;

const PLACE = 'Calls/Callback';
const CANCEL = 'Calls/CallCancel';
const QUERY = 'ivr/call';
const MAKE_ACCOUNT = 'SubAccounts';
const FIND_ACCOUNT = 'QuerySubAccountByName';
const QUESTION = 'CallAuth';
const BRIDGED = 'CallEstablish';
const PUSHES = [QUESTION, BRIDGED, 'Hangup', 'CDR'] as const;

/** Longer than our client waits for an answer. */
const TOO_SLOW_MS = 4_500;

/** An internal failure of theirs: whether it was done is anybody's guess. */
const IN_DOUBT: readonly Code[] = [{ code: 111_000 }, { code: 111_000, effect: true }];
const TOO_MANY_AT_ONCE: Code = { code: 111_111 };
const NAME_IS_TAKEN: Code = { code: 111_150, effect: true };
const NO_SUCH_CALL: Code = { code: 111_704 };
const NOT_THIS_NUMBER: Code = { code: 111_702, effect: true };

/** All that may become of a request on its way, and of its answer. */
const ofRequest = (on: string, codes: readonly Code[]): PhoneFault[] => [
  ...anyRequest(on, TOO_SLOW_MS, codes),
  named({ on, kind: 'bare' }),
];

/** It is looked for by its name only where there is one already. */
const ofSearch = (fault: PhoneFault): PhoneFault => ({
  ...fault,
  rules: [{ on: MAKE_ACCOUNT, kind: 'code', ...NAME_IS_TAKEN }, ...fault.rules],
});

const FAULTS: readonly PhoneFault[] = [
  ...ofRequest(PLACE, [...IN_DOUBT, TOO_MANY_AT_ONCE]).map(ofPlacing),
  named({ on: PLACE, kind: 'code', ...NOT_THIS_NUMBER }, { needsQuestion: true }),
  named({ on: PLACE, kind: 'twice' }, { isTwice: true, needsQuestion: true }),
  ...ofRequest(CANCEL, [...IN_DOUBT, TOO_MANY_AT_ONCE, NO_SUCH_CALL]),
  named({ on: CANCEL, kind: 'twice' }),
  ...ofRequest(QUERY, [...IN_DOUBT, TOO_MANY_AT_ONCE, NO_SUCH_CALL]),
  ...ofRequest(MAKE_ACCOUNT, [...IN_DOUBT, NAME_IS_TAKEN]),
  named({ on: MAKE_ACCOUNT, kind: 'twice' }),
  ...ofRequest(FIND_ACCOUNT, IN_DOUBT).map(ofSearch),
  ...PUSHES.flatMap(ofPush),
];

/** Whether an operator has said what the provider's words for a state mean. */
const EXPLAINED = 'its words explained';
const UNEXPLAINED = 'its words unexplained';
const STATES = '0=requested,1=caller_ringing,2=caller_answered,3=callee_ringing,4=bridged,5=over';
/** Without an explanation only we end what rings in vain: it rings on for a minute. */
const RING_MS = { [EXPLAINED]: 5_000, [UNEXPLAINED]: 60_000 } as const;
/** A product that was killed at the end is up again when the record comes. */
const RECORD_DELAY_MS = 4_000;
const SECRET = 'a-secret-end-of-a-path';
const ALWAYS = 99;

const numberOf = (userId: string): string => `+86139${userId}`;
/** At home a number is dialled without its country. */
const dialled = (userId: string): string => numberOf(userId).slice(3);
const accountOf = (userId: string): string => `switchyard-${userId}`;
const pushUrl = (apiUrl: string): string => `${apiUrl}/webhooks/yuntongxun/${SECRET}`;
/** By what the simulator knows whose request it is. */
const whose = (on: string, userId: string): string =>
  on === MAKE_ACCOUNT || on === FIND_ACCOUNT ? accountOf(userId) : dialled(userId);

async function open(way: string): Promise<StandIn> {
  const isExplained = way === EXPLAINED;
  const simulator = await openYuntongxun({
    dialAfterMs: 100,
    ringMs: RING_MS[isExplained ? EXPLAINED : UNEXPLAINED],
    recordDelayMs: RECORD_DELAY_MS,
  });
  const { control } = simulator;
  const book = orderBook<Rule>();
  const order = (rule: Rule, userId: string): Rule => {
    const ordered = { ...rule, caller: whose(rule.on, userId) };
    control.fault(ordered);
    return ordered;
  };
  return {
    settings: (apiUrl) => ({
      PUBLIC_URL: apiUrl,
      YUNTONGXUN_API: simulator.url,
      YUNTONGXUN_ACCOUNT_SID: ACCOUNT.sid,
      YUNTONGXUN_ACCOUNT_TOKEN: ACCOUNT.token,
      YUNTONGXUN_APP_ID: APP_ID,
      YUNTONGXUN_PUSH_SECRET: SECRET,
      ...(isExplained && { YUNTONGXUN_STATES: STATES }),
    }),
    pushTo: (apiUrl) => control.pushTo({ url: pushUrl(apiUrl) }),
    script: (number, phone) => control.script({ number: number.slice(3), phone }),
    order(fault, userId) {
      const rules = fault.rules.map((rule) => order(rule as Rule, userId));
      book.enter(fault, rules);
    },
    silence(userId) {
      for (const on of PUSHES) order({ on, kind: 'lose-answer', times: ALWAYS }, userId);
    },
    delayCancel: (userId, ms) => void order({ on: CANCEL, kind: 'slow-effect', ms }, userId),
    answer(userId) {
      for (const { callSid, request } of control.ledger().calls) {
        if (request.from === dialled(userId))
          control.act({ callSid, side: 'callee', does: 'answer' });
      }
    },
    calls() {
      const { calls, pushes } = control.ledger();
      return calls.map(({ callSid: id, request, legs, talkingAt, endedAt }) => ({
        caller: `+86${request.from}`,
        id,
        token: request.userData,
        legs,
        pushes: pushes
          .filter(({ callSid }) => callSid === id)
          .map((each) => ({ ...each, asks: each.name === QUESTION })),
        talkingAt,
        endedAt,
      }));
    },
    ordered: () => book.ordered(control.faults()),
    stop: () => simulator.stop(),
  };
}

export const YUNTONGXUN: PhoneProvider = {
  name: 'yuntongxun',
  ways: [EXPLAINED, UNEXPLAINED],
  faults: FAULTS,
  pushes: PUSHES,
  comesAboutIn: { [CANCEL]: ENDED_BY_US, [QUERY]: ASKED_ABOUT, [BRIDGED]: TALKED_IN },
  leftOut: { 'telephony.close': 'belongs to a clean stop' },
  numberOf,
  accountOf,
  open,
};
