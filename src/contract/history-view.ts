import type { z } from 'zod';
import { missedBy } from '../call/missed.js';
import { type CallState, partyOf } from '../call/state.js';
import type * as schemas from './history-schemas.js';
import { callDetailView, wireTime } from './view.js';

/** `userId`: who looks at it; a user who is no callee has missed nothing. */
export const listedCallView = (
  state: CallState,
  userId: string | undefined,
): z.input<typeof schemas.listedCall> => ({
  ...callDetailView(state),
  ...(userId !== undefined && { missed: missedBy(state).includes(userId) }),
  direction: directionFor(state, userId),
});

function directionFor(state: CallState, userId: string | undefined) {
  const role = userId === undefined ? undefined : partyOf(state, userId)?.role;
  if (role === undefined) return null;
  return role === 'caller' ? 'outgoing' : 'incoming';
}

interface Quality {
  readonly userId: string;
  readonly terminalId: string;
  readonly quality: string;
  readonly at: number;
}

export const recordedCallView = (
  state: CallState,
  userId: string | undefined,
  quality: readonly Quality[],
): z.input<typeof schemas.recordedCall> => ({
  ...listedCallView(state, userId),
  quality: quality.map((each) => ({
    user_id: each.userId,
    terminal_id: each.terminalId,
    network_quality: each.quality,
    at: wireTime(each.at),
  })),
});
