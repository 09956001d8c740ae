import { type ActivityOptions, proxyActivities } from '@temporalio/workflow';
import type { StreamPlan } from '../../src/contract/robot-plan.js';
import { ASKING } from './provider-policies.js';

export interface StreamRoom {
  readonly name: string;
  readonly kind: 'numeric' | 'text';
}

export interface StreamOrder {
  readonly room: StreamRoom;
  readonly stream: StreamPlan;
  readonly longestMs: number;
}

export type StreamStart =
  | { readonly kind: 'started'; readonly taskId: string }
  /** `lost`: something may play under an id that nobody knows. */
  | { readonly kind: 'refused' | 'lost'; readonly evidence: string };

export interface StreamTask {
  readonly taskId: string;
}

/** What a call asks of whoever plays streams into rooms. */
export interface StreamActivities {
  startStream(order: StreamOrder): Promise<StreamStart>;
  /** Whether it plays, as soon as that is seen; `gone` if it does not by then. */
  confirmStream(task: StreamTask & { readonly until: number }): Promise<'playing' | 'gone'>;
  /** Answers when it plays no more. */
  followStream(task: StreamTask): Promise<void>;
  /** Answers when it plays no more, whoever stopped it. */
  stopStream(task: StreamTask): Promise<void>;
  /** Answers when the user, or everybody where none is named, is out of the room. */
  clearRoom(wanted: { readonly room: StreamRoom; readonly userId?: string }): Promise<void>;
}

/** What is billed is started once; an answer that is lost is not asked for again. */
const STARTING = {
  summary: 'play the stream',
  scheduleToStartTimeout: '10s',
  startToCloseTimeout: '15s',
  retry: { maximumAttempts: 1 },
} as const satisfies ActivityOptions;

/** What is over stays over, and what is not is billed. */
const RELEASING = {
  startToCloseTimeout: '15s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' },
} as const satisfies ActivityOptions;

export const { startStream } = proxyActivities<StreamActivities>(STARTING);
export const { confirmStream, followStream } = proxyActivities<StreamActivities>(ASKING);
export const { stopStream, clearRoom } = proxyActivities<StreamActivities>(RELEASING);
