import type { CallState } from '../../src/call/state.js';
import { clearRoom, type StreamRoom } from './stream-activities.js';

/** A room without a kind is a text room: one that could be a number was refused a stream. */
export const streamRoomOf = ({ room }: CallState): StreamRoom => ({
  name: room?.name ?? '',
  kind: room?.kind ?? 'text',
});

/**
 * Closes the room of a call where its name was made up here. In a room that was given, only the user
 * that played our stream is shown out, if one was named or may be there.
 */
export async function clearWhatIsOurs(state: CallState, only?: string): Promise<void> {
  const { room, placing, stream } = state;
  if (room?.clears !== true || placing?.kind === 'refused') return;
  const userId = only ?? (room.isOurs ? undefined : stream?.userId);
  if (!room.isOurs && userId === undefined) return;
  const wanted = { room: streamRoomOf(state), ...(userId !== undefined && { userId }) };
  await clearRoom.executeWithOptions({ summary: 'clear the room' }, [wanted]);
}
