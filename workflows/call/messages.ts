import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { CallState } from '../../src/call/state.js';
import type { OutwardEvent } from '../../src/call/step.js';
import {
  type CommandName,
  PROVIDER_REPORT_SIGNAL,
  STATE_QUERY,
  TIMELINE_QUERY,
} from '../../src/contract/names.js';

/** What starts a call; `carried` is what continue-as-new takes along. */
export interface CallInput {
  readonly state: CallState;
  readonly startBy: number;
  readonly supersedes?: number;
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

export const stateQuery = defineQuery<CallState>(STATE_QUERY);
export const timelineQuery = defineQuery<readonly TimelineEntry[]>(TIMELINE_QUERY);
export const providerReportSignal = defineSignal<[unknown]>(PROVIDER_REPORT_SIGNAL);

export const commandUpdate = (name: CommandName) => defineUpdate<CallState, [unknown]>(name);
export const commandSignal = (name: CommandName) => defineSignal<[unknown]>(name);
