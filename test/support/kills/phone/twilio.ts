import type { Fault } from '../../../../src/simulators/fault-rules.js';
import type { FaultKind } from '../../../../src/simulators/twilio/faults.js';
import type { TwilioSimulator } from '../../../../src/simulators/twilio/simulator.js';
import { openTwilio, TWILIO } from '../../twilio.js';
import { type Code, named, ofPlacing, ofPush, ofRequest, orderBook } from './faults.js';
import { ANSWERED_IN, TAKEN_BACK, TALKED_IN } from './plan.js';
import type { PhoneFault, PhoneProvider, RungCall, StandIn } from './provider.js';

type Rule = Fault<FaultKind>;

const PLACE = 'POST Calls';
const CANCEL = 'POST Call';
const QUERY = 'GET Call';
const LIST = 'GET Calls';
const QUESTION = 'dial';
const OF_CALLER = ['caller ringing', 'caller in-progress', 'caller completed'];
const OF_CALLEE = ['callee ringing', 'callee in-progress', 'callee completed'];
/** Those to which something happens. */
const PUSHES = [...OF_CALLER, QUESTION, ...OF_CALLEE];
/** Those of a call whose phones ring in vain, or are given up. */
const OTHERS = ['caller', 'callee'].flatMap((leg) =>
  ['initiated', 'busy', 'no-answer', 'canceled', 'failed'].map((status) => `${leg} ${status}`),
);

/** Longer than our client waits for an answer. */
const TOO_SLOW_MS = 4_500;

/** An internal failure of theirs: whether it was done is anybody's guess. */
const IN_DOUBT: readonly Code[] = [
  { code: 20_500, status: 500 },
  { code: 20_500, status: 500, effect: true },
];
const TOO_MANY: Code = { code: 20_429, status: 429 };
const NO_SUCH_CALL: Code = { code: 20_404, status: 404 };
const NOT_IN_THIS_STATE: Code = { code: 21_220, status: 400 };

/**
 * What it does not do: refuse a placing that it carries out. Its codes are documented, and it asks us
 * nothing before the first phone rings.
 */
const FAULTS: readonly PhoneFault[] = [
  ...ofRequest(PLACE, TOO_SLOW_MS, [...IN_DOUBT, TOO_MANY]).map(ofPlacing),
  named({ on: PLACE, kind: 'twice' }, { isTwice: true, ringsAgain: true, needsQuestion: true }),
  ...ofRequest(CANCEL, TOO_SLOW_MS, [...IN_DOUBT, TOO_MANY, NO_SUCH_CALL, NOT_IN_THIS_STATE]),
  named({ on: CANCEL, kind: 'twice' }),
  ...ofRequest(QUERY, TOO_SLOW_MS, [...IN_DOUBT, TOO_MANY, NO_SUCH_CALL]),
  ...ofRequest(LIST, TOO_SLOW_MS, [...IN_DOUBT, TOO_MANY]),
  named({ on: LIST, kind: 'behind' }),
  ...PUSHES.flatMap(ofPush),
];

const WITH_A_KEY = 'asks the caller for a key';
const WITHOUT = 'asks the caller for nothing';
const KEY_AFTER_MS = 50;
const ALWAYS = 99;

/** Numbers that are nobody's, a hundred in each of these places. */
const PLACES = ['212', '312', '415', '617', '713'];
const FIRST_USER = 20_000_000;

function numberOf(userId: string): string {
  const nth = Number(userId) - FIRST_USER;
  const place = PLACES[Math.floor(nth / 100)];
  if (place === undefined) throw new RangeError(`no number is left for user ${userId}`);
  return `+1${place}55501${String(nth % 100).padStart(2, '0')}`;
}

async function open(way: string): Promise<StandIn> {
  const simulator = await openTwilio({ dialAfterMs: 100 });
  const { control } = simulator;
  const book = orderBook<Rule>();
  const order = (rule: Rule, userId: string): Rule => {
    const ordered = { ...rule, caller: numberOf(userId) };
    control.fault(ordered);
    return ordered;
  };
  return {
    settings: (apiUrl) => ({
      PUBLIC_URL: apiUrl,
      TELEPHONY: 'twilio',
      TWILIO_API: simulator.url,
      TWILIO_ACCOUNT_SID: TWILIO.accountSid,
      TWILIO_AUTH_TOKEN: TWILIO.authToken,
      TWILIO_CALLER_NUMBER: TWILIO.number,
      PHONE_CONFIRM_CALLER: way === WITH_A_KEY ? 'key' : 'none',
      PHONE_REGION: 'US',
    }),
    // Each request says where.
    pushTo: () => undefined,
    script: (number, phone) =>
      control.script({ number, phone: { ...phone, pressesKeyAfterMs: KEY_AFTER_MS } }),
    order(fault, userId) {
      const rules = fault.rules.map((rule) => order(rule as Rule, userId));
      book.enter(fault, rules);
    },
    silence(userId) {
      for (const on of [...PUSHES, ...OTHERS]) {
        order({ on, kind: 'lose-answer', times: ALWAYS }, userId);
      }
    },
    delayCancel: (userId, ms) => void order({ on: CANCEL, kind: 'slow-effect', ms }, userId),
    answer(userId) {
      for (const { sid, request } of control.ledger().calls) {
        const isSecond = request.parentSid !== undefined && request.caller === numberOf(userId);
        if (isSecond) control.act({ sid, does: 'answer' });
      }
    },
    calls: () => rungCalls(control.ledger()),
    ordered: () => book.ordered(control.faults()),
    stop: () => simulator.stop(),
  };
}

type Ledger = ReturnType<TwilioSimulator['control']['ledger']>;

/** Each call that was asked for, with those that it dialled. */
function rungCalls({ calls, callbacks }: Ledger): RungCall[] {
  return calls
    .filter(({ request }) => request.parentSid === undefined)
    .map((first) => {
      const seconds = calls.filter(({ request }) => request.parentSid === first.sid);
      const all = [first, ...seconds];
      return {
        caller: first.request.to,
        id: first.sid,
        token: first.request.statusCallback.split('/').at(-2) ?? '',
        legs: all.flatMap(({ rangAt, answeredAt, endedAt }) =>
          rangAt === undefined ? [] : [{ rangAt, answeredAt, endedAt }],
        ),
        pushes: callbacks
          .filter(({ sid }) => all.some((each) => each.sid === sid))
          .map((each) => ({ ...each, asks: each.name === QUESTION })),
        talkingAt: seconds.find(({ answeredAt }) => answeredAt !== undefined)?.answeredAt,
        endedAt: all.every(({ isOver }) => isOver)
          ? Math.max(...all.map(({ endedAt = 0 }) => endedAt))
          : undefined,
      };
    });
}

export const TWILIO_CALLS: PhoneProvider = {
  name: 'twilio',
  ways: [WITH_A_KEY, WITHOUT],
  faults: FAULTS,
  pushes: [...PUSHES, ...OTHERS],
  // Of a call that rang out Twilio says how it ended: then nothing is left to be ended.
  comesAboutIn: {
    [CANCEL]: TAKEN_BACK,
    'telephony.cancel': TAKEN_BACK,
    'activity.endPhoneCall ordinary': TAKEN_BACK,
    [LIST]: ['crossing'],
    [QUESTION]: ANSWERED_IN,
    'caller in-progress': ANSWERED_IN,
    'caller completed': ANSWERED_IN,
    'callee ringing': ANSWERED_IN,
    'callee in-progress': TALKED_IN,
    'callee completed': TALKED_IN,
  },
  leftOut: { 'store.directory.keepSubAccount': 'there is one account for everybody' },
  numberOf,
  accountOf: () => 'switchyard',
  open,
};
