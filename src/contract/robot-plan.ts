/** Tencent's word for "timed out inside", for a request of ours that never left. */
export const NOT_SENT_CODE = 60014;

/** Without a kind the room is named to the provider as it was named to us. */
export interface RobotRoom {
  readonly id: string;
  /** The numeric room 123 and the text room "123" are two rooms. */
  readonly kind?: 'numeric' | 'text';
}

/** A stream that is played into the room of a call once somebody has answered. */
export interface StreamPlan {
  readonly url: string;
  /** Who it is in the room. */
  readonly userId: string;
  /** Whether the call ends when the stream does. */
  readonly endsCall?: true;
  /** -1: for ever. */
  readonly repeat?: number;
  /** 0 to 200; 100 is as it is. */
  readonly volume?: number;
  readonly seekSeconds?: number;
}

/** What is asked of a robot call's provider. It is durable before the request leaves. */
export interface RobotPlan {
  readonly robot: string;
  readonly callees: readonly string[];
  readonly media: 'audio' | 'video';
  readonly room: RobotRoom;
  readonly ringMs: number;
  readonly userData?: string;
  /** A JSON object whose members mean nothing to us and are handed on as they are. */
  readonly extras?: string;
  readonly stream?: StreamPlan;
}
