import type { ProviderReport } from './events.js';
import type { PartyFact } from './party-facts.js';
import { placed } from './placing.js';
import { type CallState, type Heard, isInCall, type PartyState, partyOf } from './state.js';
import { note, type Step, stay } from './step.js';

type Of<T extends ProviderReport['type']> = Extract<ProviderReport, { type: T }>;

/** What a word says that is known by the state of the party it is about. */
const SAYS: Readonly<Partial<Record<PartyFact, PartyState>>> = {
  ringing: 'ringing',
  answered: 'present',
  joined: 'present',
};

/**
 * What the provider says unasked may be late, doubled, out of order, or forged: it is kept as a
 * reason to ask, and as the word for what the answer then shows.
 */
export function hinted(state: CallState, { at, parties, ended, media }: Of<'hint'>): Step {
  if (state.providerCallId === undefined) return stay(state);
  const news = parties.filter((word) => isNews(state, word, at));
  const known: Heard = state.heard ?? { count: 0, words: {} };
  const isMediaNews = media === true && (known.mediaAt ?? -1) < at;
  const isEndNews = ended !== undefined && known.ended === undefined;
  if (news.length === 0 && !isEndNews && !isMediaNews) return stay(state);
  const words = Object.fromEntries(news.map(({ userId, fact }) => [userId, { fact, at }]));
  const heard: Heard = {
    ...known,
    count: known.count + 1,
    words: { ...known.words, ...words },
    ...(isEndNews && { ended }),
    ...(isMediaNews && { mediaAt: at }),
  };
  return note(state, { heard });
}

interface Word {
  readonly userId: string;
  readonly fact: PartyFact;
}

function isNews(state: CallState, { userId, fact }: Word, at: number): boolean {
  const party = partyOf(state, userId);
  if (party === undefined) return state.bizType === 'group' && (before(state, userId) ?? -1) < at;
  if (!isInCall(party) || SAYS[fact] === party.state) return false;
  return (before(state, userId) ?? -1) < at;
}

const before = ({ heard }: CallState, userId: string): number | undefined =>
  heard?.words[userId]?.at;

/** The call of a placing whose answer is lost, or still on its way. */
export function found(state: CallState, { providerCallId }: Of<'found'>, now: number): Step {
  const { placing } = state;
  if (placing?.kind === 'unknown') return placed(state, { type: 'placed', providerCallId }, now);
  if (placing?.kind !== 'asking') return stay(state);
  return note(state, { placing: { kind: 'asking', found: providerCallId } });
}
