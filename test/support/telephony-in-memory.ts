import type {
  CancelOutcome,
  DialOutcome,
  QueryOutcome,
  SubAccountOutcome,
  Telephony,
} from '../../src/ports/telephony.js';

export const PHONE_CALL_ID = '16090510160925480001030600243044';
export const SUB_ACCOUNT = { sid: 'sub-account-sid', token: 'sub-account-token' };

/** The port of telephony with one call behind it, driven by a test. */
export interface TelephonyInMemory extends Telephony {
  hasSubAccounts: boolean;
  saysStages: boolean;
  /** Every request that was made, in order, but for questions. */
  readonly asked: string[];
  /** The same, with questions. */
  readonly requests: string[];
  /** Ids of the calls that were to be ended, in order. */
  readonly ended: string[];
  onPlace: DialOutcome | Promise<DialOutcome>;
  onCancel: CancelOutcome;
  onQuery: QueryOutcome;
  onSubAccount: SubAccountOutcome;
}

export function createTelephonyInMemory(): TelephonyInMemory {
  const ask = (request: string): void => {
    telephony.asked.push(request);
    telephony.requests.push(request);
  };
  const telephony: TelephonyInMemory = {
    guards: ['always', 'before_callee_answers', 'before_caller_answers'],
    hasSubAccounts: true,
    saysStages: false,
    asked: [],
    requests: [],
    ended: [],
    onPlace: { kind: 'accepted', providerCallId: PHONE_CALL_ID },
    onCancel: { kind: 'cancelled' },
    onQuery: { kind: 'unspecified', word: '1' },
    onSubAccount: { kind: 'account', account: SUB_ACCOUNT },
    async place({ caller, callee, token }) {
      ask(`place ${caller} ${callee} ${token}`);
      return telephony.onPlace;
    },
    async cancel({ guard, providerCallId }) {
      ask(`cancel ${guard}`);
      telephony.ended.push(providerCallId);
      return telephony.onCancel;
    },
    async query() {
      telephony.requests.push('query');
      return telephony.onQuery;
    },
    async subAccount(name) {
      ask(`sub-account ${name}`);
      return telephony.onSubAccount;
    },
  };
  return telephony;
}
