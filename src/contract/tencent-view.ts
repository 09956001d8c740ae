import { type CallState, isInCall } from '../call/state.js';

const ROOM_TYPES = { numeric: 1, text: 2 } as const;

/** 0 where nobody said which. */
export const roomTypeOf = ({ room }: CallState): 0 | 1 | 2 =>
  room?.kind === undefined ? 0 : ROOM_TYPES[room.kind];

/**
 * What Tencent shows of a live call: the robot and who answered are on it, who rings waits. A state
 * read from a record may not know yet under which id it was found.
 */
export function callInfoView(callId: string, state: CallState) {
  const { room } = state;
  return {
    CallInfo: {
      CallId: callId,
      MediaType: state.callType === 'video' ? 'Video' : 'Audio',
      ChatGroupId: '',
      RoomId: room?.name ?? '',
      RoomIdType: roomTypeOf(state),
    },
    UserList: state.parties.filter(isInCall).map((party) => ({
      User_Account: party.userId,
      Status: party.state === 'ringing' ? 'Waiting' : 'Calling',
    })),
  };
}
