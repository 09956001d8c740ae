import type { CallState } from '../call/state.js';
import type { LastQuality, RecordedEvent } from '../ports/call-history.js';
import type { PhoneReservations } from '../ports/phone-reservations.js';
import type { RtcToken } from '../ports/rtc-tokens.js';
import {
  type CallsWanted,
  type EventsWanted,
  listCallEvents,
  listCalls,
  type Page,
  qualityOf,
} from './call-history.js';
import { commandCall } from './command-call.js';
import { type CreateCall, type CreatedCall, createCall } from './create-call.js';
import type { Dependencies } from './dependencies.js';
import { createUserDirectory, type UserDirectory } from './phone/user-directory.js';
import { readCallFor, ringingFor } from './read-call.js';
import { rtcAccess } from './rtc-access.js';

export interface ByTerminal {
  readonly userId: string;
  readonly terminalId: string;
}
export interface WithReason extends ByTerminal {
  readonly reason?: string | null | undefined;
}
export interface MediaState extends ByTerminal {
  readonly stage: string;
  readonly quality?: string | null | undefined;
}
export interface CallWithToken {
  readonly state: CallState;
  readonly token: RtcToken;
}

/** The use cases. Every method rejects with `CallError`, or with an unexpected error for a bug. */
export interface CallService {
  create(request: CreateCall): Promise<CreatedCall>;
  accept(callId: number, by: ByTerminal): Promise<CallWithToken>;
  reject(callId: number, by: WithReason): Promise<CallState>;
  cancel(callId: number, by: WithReason): Promise<CallState>;
  hangup(callId: number, by: WithReason): Promise<CallState>;
  reportMedia(callId: number, report: MediaState): Promise<CallState>;
  rtcToken(callId: number, by: ByTerminal, takeover: boolean): Promise<CallWithToken>;
  /** Without a user (a backend) every call may be read. */
  read(callId: number, userId: string | undefined): Promise<CallState>;
  ringing(userId: string): Promise<CallState[]>;
  list(wanted: CallsWanted): Promise<Page<CallState>>;
  /** Without a user (a backend) every event of the call. */
  events(
    callId: number,
    userId: string | undefined,
    wanted: EventsWanted,
  ): Promise<Page<RecordedEvent>>;
  quality(call: CallState): Promise<LastQuality[]>;
  readonly users: UserDirectory;
  /** Whether phones may be dialled. */
  readonly dialling: PhoneReservations['dialling'];
}

const from = ({ userId, terminalId }: ByTerminal) => ({ user_id: userId, terminal_id: terminalId });
const because = (by: WithReason) => ({ ...from(by), reason: by.reason ?? null });

export function createCallService(deps: Dependencies): CallService {
  const access = rtcAccess(deps);
  return {
    users: createUserDirectory(deps),
    dialling: deps.phoneReservations.dialling,
    async create(request) {
      const created = await createCall(deps, request);
      if (created.state.room) access.remember(created.state.callId, created.state.room.name);
      return created;
    },
    async accept(callId, by) {
      const token = await access.mint(callId, by.userId);
      return { state: await commandCall(deps, callId, 'accept', from(by)), token };
    },
    async rtcToken(callId, by, takeover) {
      const token = await access.mint(callId, by.userId);
      const payload = { ...from(by), takeover };
      return { state: await commandCall(deps, callId, 'rtc-token', payload), token };
    },
    reject: (callId, by) => commandCall(deps, callId, 'reject', because(by)),
    cancel: (callId, by) => commandCall(deps, callId, 'cancel', because(by)),
    hangup: (callId, by) => commandCall(deps, callId, 'hangup', because(by)),
    async reportMedia(callId, report) {
      const { stage, quality } = report;
      const payload = { ...from(report), stage, network_quality: quality ?? null };
      const state = await commandCall(deps, callId, 'media-state', payload);
      if (quality) {
        const { userId, terminalId } = report;
        deps.qualitySamples.keep({ callId, userId, terminalId, quality, at: deps.now() });
      }
      return state;
    },
    read: (callId, userId) => readCallFor(deps, callId, userId),
    ringing: (userId) => ringingFor(deps, userId),
    list: (wanted) => listCalls(deps, wanted),
    events: (callId, userId, wanted) => listCallEvents(deps, callId, userId, wanted),
    quality: (call) => qualityOf(deps, call),
  };
}
