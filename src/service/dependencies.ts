import type { Limits } from '../call/state.js';
import type { Admission } from '../ports/admission.js';
import type { CallEngine } from '../ports/call-engine.js';
import type { CallHistory } from '../ports/call-history.js';
import type { CallReader } from '../ports/call-reader.js';
import type { PhoneNumbers } from '../ports/dial-plan.js';
import type { Directory } from '../ports/directory.js';
import type { PhoneReservations } from '../ports/phone-reservations.js';
import type { QualitySamples } from '../ports/quality-samples.js';
import type { Records } from '../ports/records.js';
import type { Reservations } from '../ports/reservations.js';
import type { RtcTokens } from '../ports/rtc-tokens.js';

export interface CallSettings {
  readonly ringTimeoutMs: number;
  readonly limits: Limits;
  /** Whether somebody can be asked to show users out of rooms. */
  readonly clearsRooms?: boolean;
}

export interface Dependencies {
  readonly engine: CallEngine;
  readonly reservations: Reservations;
  readonly records: Records;
  readonly reader: CallReader;
  readonly history: CallHistory;
  readonly qualitySamples: QualitySamples;
  readonly rtcTokens: RtcTokens;
  readonly admission: Admission;
  readonly directory: Directory;
  readonly phoneNumbers: PhoneNumbers;
  readonly phoneReservations: PhoneReservations;
  readonly settings: CallSettings;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}
