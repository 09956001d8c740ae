import { ApplicationFailure, Context, heartbeat } from '@temporalio/activity';
import type { ProviderReport } from '../src/call/events.js';
import { PHONE_STAGES } from '../src/call/phone-stages.js';
import type { PhoneRefusalWord } from '../src/contract/phone-plan.js';
import type { DialNumbers, DialPlan } from '../src/ports/dial-plan.js';
import type { Directory } from '../src/ports/directory.js';
import type { PhoneLimits, PhoneReservations } from '../src/ports/phone-reservations.js';
import { StoreUnavailable } from '../src/ports/reservations.js';
import type { PhoneEvidence, QueryOutcome, SubAccount, Telephony } from '../src/ports/telephony.js';
import type { FollowedPhoneCall, PhoneActivities } from '../workflows/call/phone-activities.js';
import { restsUnlessStopping } from './signs-of-life.js';

export interface PhonePace {
  /** Between two questions about a call that is not bridged, and one that is. */
  readonly ringing: number;
  readonly talking: number;
  /** While the provider gives no answer. */
  readonly silent: number;
}

const PACE: PhonePace = { ringing: 2_000, talking: 10_000, silent: 2_000 };

export interface PhoneWork {
  readonly telephony: Telephony;
  readonly dialPlan: Pick<DialPlan, 'resolve'>;
  readonly directory: Pick<Directory, 'find' | 'keepSubAccount'>;
  readonly reservations: Pick<PhoneReservations, 'whyNotDial'>;
  readonly limits: PhoneLimits;
  readonly pace?: PhonePace;
  /** Aborted when this worker is about to stop: what waits goes on elsewhere at once. */
  readonly stopping: AbortSignal;
}

/** What a worker does where no provider is configured: nothing is sent, and who asked is told so. */
export const withoutTelephony = {
  placePhoneCall: async () => refused('not_sent', 'no provider is configured'),
} satisfies Pick<PhoneActivities, 'placePhoneCall'>;

/** Places, follows and ends two-way callbacks; see `PhoneActivities`. */
export function createPhoneActivities(work: PhoneWork) {
  const { telephony, pace = PACE, stopping } = work;
  return {
    async placePhoneCall(call) {
      const begunAt = Date.now();
      if (isTooLate()) return refused('not_sent', 'the worker was held up');
      const ready = await prepare(work, call).catch(saysWhatIsAway);
      if ('type' in ready) return ready;
      if (Date.now() > begunAt + PREPARED_WITHIN_MS) return refused('not_sent', 'it took too long');
      if (Date.now() > call.dialBy) return refused('not_sent', 'its ring was over');
      const { numbers, account } = ready;
      const { token, maxSeconds } = call;
      const { caller, callee, shown } = numbers;
      const seen = shown === undefined ? {} : { shown };
      const outcome = await telephony.place({
        account,
        caller,
        callee,
        ...seen,
        token,
        maxSeconds,
      });
      switch (outcome.kind) {
        case 'accepted':
          return { type: 'placed', providerCallId: outcome.providerCallId };
        case 'refused':
          return refused(outcome.reason, wordsOf(outcome.evidence), outcome.evidence.code);
        case 'unknown':
          return { type: 'placing-unknown', evidence: wordsOf(outcome.evidence) };
      }
    },

    async followPhoneCall(call) {
      const rest = restsUnlessStopping(stopping);
      for (;;) {
        const seen = await telephony.query(call.providerCallId);
        const news = newsOf(call, seen);
        if (news !== undefined) return news;
        const isSilent = seen.kind === 'unknown';
        const talks = call.stage === 'bridged';
        await rest(isSilent ? pace.silent : talks ? pace.talking : pace.ringing);
      }
    },

    async endPhoneCall({ callerId, providerCallId, guard }) {
      const account = await accountOf(work, callerId);
      if (account === undefined) throw notYet('NO_SUB_ACCOUNT', 'the caller has no sub-account');
      const outcome = await telephony.cancel({ account, providerCallId, guard });
      if (outcome.kind === 'cancelled') {
        return [{ type: 'over', cause: 'provider_lost', evidence: 'ended on demand' }];
      }
      if (outcome.kind === 'unknown')
        throw notYet('PROVIDER_DID_NOT_END', wordsOf(outcome.evidence));
      const seen = await telephony.query(providerCallId);
      if (seen.kind === 'over') return endedBy(seen);
      if (guard !== 'always') return [{ type: 'guard-refused' }];
      // Without a condition to fail, it can only be that there is nothing to end. It is asked again
      // all the same, as long as the provider does not say so in so many words.
      const declines = declinesBefore() + 1;
      if (seen.kind !== 'declined' && declines < DECLINES_UNTIL_BELIEVED) {
        heartbeat(declines);
        throw notYet('PROVIDER_DID_NOT_END', wordsOf(outcome.evidence));
      }
      return FORGOTTEN;
    },
  } satisfies PhoneActivities;
}

/** What is left of its eight seconds must do for the one request that rings phones. */
const PREPARED_WITHIN_MS = 4_000;
const DECLINES_UNTIL_BELIEVED = 3;
/** Of all attempts: what one of them left as a sign of life, the next one finds. */
function declinesBefore(): number {
  const left: unknown = Context.current().info.heartbeatDetails;
  return typeof left === 'number' ? left : 0;
}
const FORGOTTEN: readonly ProviderReport[] = [{ type: 'forgotten' }];

/** Where only a push can tell how it ended, that is awaited. */
const endedBy = ({ end }: Extract<QueryOutcome, { kind: 'over' }>): readonly ProviderReport[] =>
  end === undefined ? FORGOTTEN : [{ type: 'over', ...end }];

/** Within what the workflow waits, with room for the clocks of server and worker to differ. */
const SENT_WITHIN_MS = 10_000;

/** A process that was frozen before it sent anything must not ring a call given up meanwhile. */
const isTooLate = (): boolean =>
  Date.now() > Context.current().info.currentAttemptScheduledTimestampMs + SENT_WITHIN_MS;

function refused(reason: PhoneRefusalWord, info: string, code?: string): ProviderReport {
  return { type: 'refused', reason, info, code: Number(code ?? 0) || 0 };
}

interface Ready {
  readonly numbers: DialNumbers;
  readonly account: SubAccount;
}

/** The guards once more, and what dialling needs. Nothing has been asked of the provider before. */
async function prepare(
  { telephony, dialPlan, directory, reservations, limits }: PhoneWork,
  call: Parameters<PhoneActivities['placePhoneCall']>[0],
): Promise<Ready | ProviderReport> {
  const guard = await reservations.whyNotDial(call.callId, limits);
  if (guard === 'missing') return refused('not_sent', 'the call was taken back');
  if (guard !== undefined) return refused(guard, guard);
  const plan = await dialPlan.resolve(call.callerId, call.calleeId);
  if (plan.kind === 'refused') return refused(plan.why, plan.why);
  const { numbers } = plan;
  if (!telephony.hasSubAccounts) return prepareShared(telephony, numbers);
  if (numbers.account !== undefined) return { numbers, account: numbers.account };
  const made = await telephony.subAccount(`switchyard-${call.callerId}`);
  if (made.kind !== 'account') return noAccount(made);
  const account = await directory.keepSubAccount(call.callerId, made.account);
  return account === undefined ? refused('no_phone', 'no such user') : { numbers, account };
}

const ACCOUNT_OF_ALL = 'switchyard';

async function prepareShared(telephony: Telephony, numbers: DialNumbers) {
  const made = await telephony.subAccount(ACCOUNT_OF_ALL);
  return made.kind === 'account' ? { numbers, account: made.account } : noAccount(made);
}

async function accountOf(
  { telephony, directory }: Pick<PhoneWork, 'telephony' | 'directory'>,
  callerId: string,
): Promise<SubAccount | undefined> {
  if (telephony.hasSubAccounts) return (await directory.find(callerId))?.subAccount;
  const made = await telephony.subAccount(ACCOUNT_OF_ALL);
  return made.kind === 'account' ? made.account : undefined;
}

/** Nobody rings for a sub-account that was not made, whatever became of it. */
function noAccount(
  made: Exclude<Awaited<ReturnType<Telephony['subAccount']>>, { kind: 'account' }>,
): ProviderReport {
  const info = wordsOf(made.evidence);
  if (made.kind === 'unknown') return refused('not_sent', info);
  return refused(made.reason === 'numbers' ? 'no_sub_account' : made.reason, info);
}

function saysWhatIsAway(error: unknown): ProviderReport {
  if (!(error instanceof StoreUnavailable)) throw error;
  return refused('not_sent', 'the store is away');
}

/** What is proved that is not known yet; to somebody who asks, also that nothing is. */
function newsOf(
  { stage, isAsked }: FollowedPhoneCall,
  seen: QueryOutcome,
): readonly ProviderReport[] | undefined {
  switch (seen.kind) {
    case 'over':
      return endedBy(seen);
    case 'live': {
      const isNews = PHONE_STAGES.indexOf(seen.stage) > PHONE_STAGES.indexOf(stage);
      if (isNews) return [{ type: 'stage', stage: seen.stage }];
      return isAsked ? [{ type: 'as-known', evidence: seen.stage }] : undefined;
    }
    case 'unspecified':
      return isAsked ? [{ type: 'as-known', evidence: `state ${seen.word}` }] : undefined;
    case 'declined':
      return isAsked ? [{ type: 'as-known', evidence: wordsOf(seen.evidence) }] : undefined;
    case 'unknown':
      return undefined;
  }
}

const wordsOf = (evidence: PhoneEvidence): string =>
  Object.entries(evidence)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ') || 'no answer';

const notYet = (type: string, message: string) => ApplicationFailure.create({ type, message });
