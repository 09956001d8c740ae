import type { StreamPlan } from '../contract/robot-plan.js';
import type { ProviderEvidence } from './robot-calls.js';

/** The numeric room 123 and the text room "123" are two rooms. */
export interface MediaRoom {
  readonly name: string;
  readonly kind: 'numeric' | 'text';
}

/** What the provider said; its codes are words. */
export interface MediaEvidence extends Omit<ProviderEvidence, 'code' | 'info'> {
  readonly word?: string;
}

interface Refused {
  readonly kind: 'refused';
  readonly evidence: MediaEvidence;
}
interface Unknown {
  readonly kind: 'unknown';
  readonly evidence: MediaEvidence;
}

export interface IngestOrder {
  readonly room: MediaRoom;
  readonly stream: StreamPlan;
  /** The provider ends it by then, whatever becomes of us. */
  readonly longestMs: number;
}

export type IngestStarted =
  /** It was taken; whether it plays, `look` says. */
  | { readonly kind: 'started'; readonly taskId: string }
  /** This user plays something in this room already, under an id that was lost. */
  | { readonly kind: 'exists'; readonly evidence: MediaEvidence }
  | Refused
  /** It may play, under an id that nobody knows. */
  | Unknown;

export type IngestSeen = { readonly kind: 'playing' | 'gone' } | Unknown;

/** `done`: it is so now, or was already. */
export type MediaOutcome = { readonly kind: 'done' } | Refused | Unknown;

/**
 * Streams played into rooms, and who is in rooms. Every answer comes within a bound; nothing is
 * thrown. All but `start` may be repeated at will.
 */
export interface MediaRooms {
  start(order: IngestOrder): Promise<IngestStarted>;
  look(taskId: string): Promise<IngestSeen>;
  stop(taskId: string): Promise<MediaOutcome>;
  /** Throws everybody out. */
  dismiss(room: MediaRoom): Promise<MediaOutcome>;
  removeUser(room: MediaRoom, userId: string): Promise<MediaOutcome>;
}
