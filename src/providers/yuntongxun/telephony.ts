import { PHONE_STAGES, type PhoneStage } from '../../call/phone-stages.js';
import {
  CANCEL_GUARDS,
  type CancelGuard,
  type CancelOutcome,
  type DialOutcome,
  type QueryOutcome,
  type SubAccount,
  type SubAccountOutcome,
  type Telephony,
} from '../../ports/telephony.js';
import { dialled } from './dialled.js';
import { type Members, partOf, textOf } from './message.js';
import { createRest, type Reply, type RestSettings } from './rest.js';

/** What the provider's words for a call's state mean: nobody wrote it down, so an operator may. */
export type StateWords = ReadonlyMap<string, PhoneStage | 'over'>;

export interface YuntongxunSettings extends RestSettings {
  readonly appId: string;
  /** Where the provider shall push what became of a call. */
  readonly cdrUrl?: string;
  readonly stateWords?: StateWords;
}

/** When the condition does not hold, the provider answers with an error and the call goes on. */
const CANCEL_TYPES: Readonly<Record<CancelGuard, string>> = {
  always: '0',
  before_callee_answers: '1',
  before_caller_answers: '2',
};

/** Two-way callbacks of Yuntongxun (Ronglian, cloopen). */
export function createYuntongxunTelephony(
  settings: YuntongxunSettings,
): Telephony & { close(): Promise<void> } {
  const { account: main, appId, cdrUrl, stateWords = new Map<string, never>() } = settings;
  const rest = createRest(settings);
  const asMain = (path: string, body: Members) =>
    rest.post({ level: 'Accounts', by: main, path, body });
  return {
    guards: CANCEL_GUARDS,
    hasSubAccounts: true,
    saysStages: stateWords.size > 0,
    async place({ account, caller, callee, shown, token, maxSeconds }) {
      const seen = shown === undefined ? undefined : dialled(shown);
      const reply = await rest.post({
        level: 'SubAccounts',
        by: account,
        path: 'Calls/Callback',
        body: {
          appId,
          from: dialled(caller),
          to: dialled(callee),
          ...(seen !== undefined && { customerSerNum: seen, fromSerNum: seen }),
          userData: token,
          maxCallTime: String(maxSeconds),
          needBothCdr: '1',
          ...(cdrUrl !== undefined && { hangupCdrUrl: cdrUrl }),
        },
      });
      return placed(reply);
    },
    async cancel({ account, providerCallId: callSid, guard }) {
      const body = { appId, callSid, type: CANCEL_TYPES[guard] };
      const path = 'Calls/CallCancel';
      return cancelled(await rest.post({ level: 'SubAccounts', by: account, path, body }));
    },
    async query(callSid) {
      const reply = await rest.post({
        level: 'Accounts',
        by: main,
        path: 'ivr/call',
        query: { callid: callSid },
        format: 'xml',
        body: { Request: { Appid: appId, QueryCallState: { '@callid': callSid } } },
      });
      return queried(reply, stateWords);
    },
    async subAccount(friendlyName) {
      const created = await asMain('SubAccounts', { appId, friendlyName });
      if (created.verdict.kind !== 'exists') return madeAccount(created);
      return madeAccount(await asMain('QuerySubAccountByName', { appId, friendlyName }));
    },
    close: () => rest.close(),
  };
}

const unreadable = { kind: 'unknown', evidence: { fault: 'unreadable' } } as const;

function placed({ verdict, evidence, members }: Reply): DialOutcome {
  if (verdict.kind === 'refused') return { kind: 'refused', reason: verdict.reason, evidence };
  if (verdict.kind !== 'done') return { kind: 'unknown', evidence };
  const providerCallId = textOf(partOf(members, 'CallBack') ?? members, 'callSid');
  return providerCallId === undefined ? unreadable : { kind: 'accepted', providerCallId };
}

/**
 * Only what is about the call itself is the provider's word that it will not. A code that nobody knows
 * proves nothing of a call: two people may go on talking.
 */
const isDeclined = ({ verdict }: Reply): boolean =>
  verdict.kind === 'refused' && verdict.reason === 'numbers';

function cancelled(reply: Reply): CancelOutcome {
  const { verdict, evidence } = reply;
  if (verdict.kind === 'done') return { kind: 'cancelled' };
  return { kind: isDeclined(reply) ? 'declined' : 'unknown', evidence };
}

function queried(reply: Reply, words: StateWords): QueryOutcome {
  const { verdict, evidence, members } = reply;
  // It is an answer all the same, so that whoever asked before a deadline need not wait for another.
  if (verdict.kind === 'unlisted') return { kind: 'unspecified', word: `code ${evidence.code}` };
  if (verdict.kind !== 'done') {
    return { kind: isDeclined(reply) ? 'declined' : 'unknown', evidence };
  }
  const word = textOf(members, 'state') ?? '';
  const meaning = words.get(word);
  if (meaning === undefined) return { kind: 'unspecified', word: word.slice(0, 32) };
  return meaning === 'over' ? { kind: 'over' } : { kind: 'live', stage: meaning };
}

/** Whatever the provider says, nobody is rung for a sub-account. */
function madeAccount({ verdict, evidence, members }: Reply): SubAccountOutcome {
  if (verdict.kind === 'refused') return { kind: 'refused', reason: verdict.reason, evidence };
  if (verdict.kind === 'unlisted') return { kind: 'refused', reason: 'numbers', evidence };
  if (verdict.kind !== 'done') return { kind: 'unknown', evidence };
  const account = accountIn(partOf(members, 'SubAccount') ?? {});
  return account === undefined ? unreadable : { kind: 'account', account };
}

function accountIn(members: Members): SubAccount | undefined {
  const [sid, token] = [textOf(members, 'subAccountSid'), textOf(members, 'subToken')];
  return sid === undefined || token === undefined ? undefined : { sid, token };
}

/**
 * `word=stage` with commas, a stage being one of ours or `over`.
 * @throws RangeError naming the stages that there are.
 */
export function parseStateWords(list: string): StateWords {
  return new Map(
    list.split(',').map((entry) => {
      const [word = '', meaning = ''] = entry.trim().split('=');
      const stage = [...PHONE_STAGES, 'over' as const].find((each) => each === meaning);
      if (word === '' || stage === undefined) {
        throw new RangeError(`must be word=stage with commas: ${PHONE_STAGES.join(', ')}, over`);
      }
      return [word, stage];
    }),
  );
}
