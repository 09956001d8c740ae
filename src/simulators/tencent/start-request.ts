/** What the documents allow in the body of `start_call_by_robot`. */
export interface StartRequest {
  readonly robot: string;
  readonly callees: readonly string[];
  readonly timeoutMs: number;
  readonly userData: string;
  readonly mediaType: 'Video' | 'Audio';
  readonly roomId: string;
  /** 0: not said. */
  readonly roomIdType: 0 | 1 | 2;
  /** As it came, for the ledger. */
  readonly body: object;
}

const text = (value: unknown): value is string => typeof value === 'string';
const ROOM_CHARACTERS = /^[\w !#$%&()+\-:;<=.>?@[\]^{}|~,]*$/;

function roomFault(roomId: unknown, type: unknown): string | undefined {
  if (!text(roomId) || roomId.length > 64 || !ROOM_CHARACTERS.test(roomId)) return 'RoomId';
  if (type !== 0 && type !== 1 && type !== 2) return 'RoomIdType';
  if (type !== 1) return undefined;
  const room = Number(roomId);
  return Number.isInteger(room) && room >= 1 && room <= 2_147_483_647 ? undefined : 'RoomId';
}

function faultyMember(body: Record<string, unknown>, callInfo: Record<string, unknown>) {
  const { Robot_Account, CalleeList_Account, Timeout, UserData = '' } = body;
  if (!text(Robot_Account) || Robot_Account === '') return 'Robot_Account';
  if (!Array.isArray(CalleeList_Account) || CalleeList_Account.length === 0) {
    return 'CalleeList_Account';
  }
  if (!CalleeList_Account.every((each) => text(each) && each !== '')) return 'CalleeList_Account';
  const timeout = Number.isInteger(Timeout) ? Number(Timeout) : 0;
  if (timeout < 10_000 || timeout > 600_000) return 'Timeout';
  if (!text(UserData) || Buffer.byteLength(UserData) > 1_000) return 'UserData';
  if (callInfo.MediaType !== 'Video' && callInfo.MediaType !== 'Audio') return 'MediaType';
  return roomFault(callInfo.RoomId ?? '', callInfo.RoomIdType ?? 0);
}

/** The request, or the name of the member that is wrong. */
export function readStart(body: Record<string, unknown>): StartRequest | string {
  const callInfo = (body.CallInfo ?? {}) as Record<string, unknown>;
  const fault = faultyMember(body, callInfo);
  if (fault !== undefined) return fault;
  return {
    robot: body.Robot_Account as string,
    callees: [...new Set(body.CalleeList_Account as string[])],
    timeoutMs: body.Timeout as number,
    userData: (body.UserData ?? '') as string,
    mediaType: callInfo.MediaType as 'Video' | 'Audio',
    roomId: (callInfo.RoomId ?? '') as string,
    roomIdType: (callInfo.RoomIdType ?? 0) as 0 | 1 | 2,
    body,
  };
}
