import { type CallState, callerOf, END_CAUSES, type EndCause } from '../call/state.js';
import { roomTypeOf } from './tencent-view.js';

/** Tencent's words for how a call ended, and the causes of ours that each stands for. */
interface ResultWord {
  readonly word: string;
  /** Absent where it does not matter whether somebody answered. */
  readonly answered?: boolean;
  readonly causes: readonly EndCause[];
}

const LOST: readonly EndCause[] = ['provider_lost', 'provider_failed'];
const UNANSWERED: Readonly<Partial<Record<EndCause, string>>> = {
  rejected: 'Reject',
  no_answer: 'NotAnswer',
  busy: 'CallBusy',
  unreachable: 'Offline',
};
const others = END_CAUSES.filter((cause) => !LOST.includes(cause));

export const RESULT_WORDS: readonly ResultWord[] = [
  { word: 'Interrupt', causes: LOST },
  { word: 'NormalEnd', answered: true, causes: others },
  ...Object.entries(UNANSWERED).map(([cause, word]) => ({
    word,
    answered: false,
    causes: [cause as EndCause],
  })),
  { word: 'Cancel', answered: false, causes: others.filter((cause) => !(cause in UNANSWERED)) },
];

function resultOf({ cause, acceptedAt }: CallState): string {
  const answered = acceptedAt !== undefined;
  const fits = (each: ResultWord) =>
    cause !== undefined &&
    each.causes.includes(cause) &&
    (each.answered === undefined || each.answered === answered);
  return RESULT_WORDS.find(fits)?.word ?? 'Interrupt';
}

const seconds = (at: number | undefined): number => Math.floor((at ?? 0) / 1_000);

/** `CallRecord` of a call that is over, with the members of Tencent's own and its list of callees. */
export function callRecordView(callId: string, state: CallState) {
  const robot = callerOf(state).userId;
  const callees = state.parties.filter(({ role }) => role === 'callee');
  return {
    CallId: callId,
    Caller_Account: robot,
    MediaType: state.callType === 'video' ? 'Video' : 'Audio',
    CallType: state.bizType === 'group' ? 'MultiCall' : 'SingleCall',
    StartTime: seconds(state.createdAt),
    EndTime: seconds(state.endedAt),
    AcceptTime: seconds(state.acceptedAt),
    CallResult: resultOf(state),
    CalleeList_Account: [robot, ...callees.map(({ userId }) => userId)],
    RoomId: state.room?.name ?? '',
    RoomIdType: roomTypeOf(state),
  };
}
