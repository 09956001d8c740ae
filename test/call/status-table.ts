import type { CallEvent } from '../../src/call/events.js';
import type { CallStatus } from '../../src/call/state.js';
import {
  accept,
  CALLEE,
  CALLER,
  CALLER_PHONE,
  cancel,
  GRACE_MS,
  hangup,
  MAX_MS,
  media,
  RING_MS,
  reject,
  T0,
} from './fixtures.js';

/** A status it moves to, `same` for success without a change of status, or the refusal. */
export type Answer = CallStatus | 'same' | number;
export interface Row {
  readonly name: string;
  readonly event: CallEvent;
  readonly answers: Readonly<Record<CallStatus, Answer>>;
}

const over = (answer: Answer) => ({ rejected: answer, cancelled: answer, ended: answer });
const fact = (of: 'answered' | 'rejected' | 'busy' | 'unreachable' | 'no_answer'): CallEvent => ({
  type: 'party',
  userId: CALLEE,
  fact: of,
});
const deadline = (
  kind: 'ring' | 'backstop' | 'connect' | 'all_left' | 'max_duration',
  at: number,
) => ({ type: 'deadline', kind, at }) as const;
const unchanged = { calling: 'same', accepted: 'same', ongoing: 'same', ...over('same') } as const;

/** Every event against every status of a one-to-one rtc call. */
export const STATUS_TABLE: readonly Row[] = [
  {
    name: 'accept',
    event: accept(),
    answers: { calling: 'accepted', accepted: 'same', ongoing: 'same', ...over(41007) },
  },
  {
    name: 'reject',
    event: reject(),
    answers: { calling: 'rejected', accepted: 41008, ongoing: 41008, ...over('same') },
  },
  {
    name: 'cancel',
    event: cancel(),
    answers: { calling: 'cancelled', accepted: 'ended', ongoing: 41008, ...over('same') },
  },
  {
    name: 'hangup(caller)',
    event: hangup(CALLER),
    answers: { calling: 'cancelled', accepted: 'ended', ongoing: 'ended', ...over('same') },
  },
  {
    name: 'hangup(callee)',
    event: hangup(CALLEE),
    answers: { calling: 'rejected', accepted: 'ended', ongoing: 'ended', ...over('same') },
  },
  {
    name: 'rtc-token',
    event: { type: 'rtc-token', userId: CALLER, terminalId: CALLER_PHONE, takeover: false },
    answers: { calling: 'same', accepted: 'same', ongoing: 'same', ...over(41007) },
  },
  {
    name: 'end',
    event: { type: 'end', by: 'operator', cause: 'ops_ended' },
    answers: { calling: 'ended', accepted: 'ended', ongoing: 'ended', ...over('same') },
  },
  { name: 'ringing', event: media('ringing', CALLEE), answers: unchanged },
  {
    name: 'joined',
    event: media('joined', CALLEE),
    answers: { ...unchanged, accepted: 'ongoing' },
  },
  { name: 'left', event: media('left', CALLEE), answers: unchanged },
  { name: 'other stage', event: media('reconnecting', CALLEE), answers: unchanged },
  { name: 'placed', event: { type: 'placed', providerCallId: 'p-1' }, answers: unchanged },
  // What is said of placing means nothing where nobody was asked to place the call.
  { name: 'refused', event: { type: 'refused', code: 1, info: 'no' }, answers: unchanged },
  {
    name: 'placing-unknown',
    event: { type: 'placing-unknown', evidence: 'no answer' },
    answers: unchanged,
  },
  { name: 'as known', event: { type: 'as-known' }, answers: unchanged },
  {
    name: 'hint',
    event: { type: 'hint', at: T0, parties: [{ userId: CALLEE, fact: 'answered' }] },
    answers: unchanged,
  },
  { name: 'found', event: { type: 'found', providerCallId: 'p-1' }, answers: unchanged },
  { name: 'stream', event: { type: 'stream', now: 'ended' }, answers: unchanged },
  {
    name: 'room',
    event: { type: 'room', event: 'exited', userId: CALLEE, at: T0 },
    answers: unchanged,
  },
  { name: 'forgotten', event: { type: 'forgotten' }, answers: unchanged },
  { name: 'claimed', event: { type: 'claimed' }, answers: unchanged },
  { name: 'put off', event: { type: 'put-off' }, answers: unchanged },
  { name: 'answered', event: fact('answered'), answers: { ...unchanged, calling: 'accepted' } },
  {
    name: 'provider rejected',
    event: fact('rejected'),
    answers: { ...unchanged, calling: 'rejected' },
  },
  { name: 'busy', event: fact('busy'), answers: { ...unchanged, calling: 'ended' } },
  { name: 'unreachable', event: fact('unreachable'), answers: { ...unchanged, calling: 'ended' } },
  { name: 'no_answer', event: fact('no_answer'), answers: { ...unchanged, calling: 'ended' } },
  { name: 'stage', event: { type: 'stage', stage: 'caller_ringing' }, answers: unchanged },
  {
    name: 'bridged',
    event: { type: 'bridged' },
    answers: { ...unchanged, calling: 'ongoing', accepted: 'ongoing' },
  },
  { name: 'guard-refused', event: { type: 'guard-refused' }, answers: unchanged },
  {
    name: 'over',
    event: { type: 'over', cause: 'provider_failed' },
    answers: { calling: 'ended', accepted: 'ended', ongoing: 'ended', ...over('same') },
  },
  { name: 'enriched', event: { type: 'enriched', durationMs: 1 }, answers: unchanged },
  {
    name: 'ring deadline',
    event: deadline('ring', T0 + RING_MS),
    answers: { ...unchanged, calling: 'ended' },
  },
  {
    name: 'max_duration deadline',
    event: deadline('max_duration', T0 + 1_000 + MAX_MS),
    answers: { ...unchanged, accepted: 'ended', ongoing: 'ended' },
  },
  { name: 'backstop deadline', event: deadline('backstop', T0 + MAX_MS), answers: unchanged },
  { name: 'connect deadline', event: deadline('connect', T0 + GRACE_MS), answers: unchanged },
  { name: 'all_left deadline', event: deadline('all_left', T0 + GRACE_MS), answers: unchanged },
];
