import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { CallState } from '../../src/call/state.js';
import type { OutwardEvent } from '../../src/call/step.js';
import {
  type CommandName,
  PLACED_UPDATE,
  PROVIDER_REPORT_SIGNAL,
  READ_UPDATE,
  STATE_QUERY,
  TIMELINE_QUERY,
} from '../../src/contract/names.js';
import type { PhonePlan } from '../../src/contract/phone-plan.js';
import type { RobotPlan } from '../../src/contract/robot-plan.js';

/** What starts a call; `carried` is what continue-as-new takes along. */
export interface CallInput {
  readonly state: CallState;
  readonly startBy: number;
  readonly supersedes?: number;
  /** What a robot call asks of its provider. */
  readonly robot?: RobotPlan;
  /** What a phone call has to know of its provider. */
  readonly phone?: PhonePlan;
  readonly carried?: Carried;
}

export interface Carried {
  readonly timeline: readonly TimelineEntry[];
  readonly recordedVersion: number;
  readonly unrecorded: readonly OutwardEvent[];
  readonly droppedSignals: number;
}

export interface TimelineEntry {
  readonly at: string;
  readonly what: string;
}

export interface CallResult {
  readonly status: string;
  readonly cause: string | null;
  readonly version: number;
}

export const readUpdate = defineUpdate<CallState, []>(READ_UPDATE);
export const stateQuery = defineQuery<CallState>(STATE_QUERY);
export const timelineQuery = defineQuery<readonly TimelineEntry[]>(TIMELINE_QUERY);
export const providerReportSignal = defineSignal<[unknown]>(PROVIDER_REPORT_SIGNAL);

/** Nobody listens to an answer after `answer_by`, in milliseconds since the epoch. */
export interface Asked {
  readonly answer_by: number;
}
export const placedUpdate = defineUpdate<CallState, [Asked]>(PLACED_UPDATE);

export const commandUpdate = (name: CommandName) => defineUpdate<CallState, [unknown]>(name);
export const commandSignal = (name: CommandName) => defineSignal<[unknown]>(name);
