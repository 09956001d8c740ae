import type { RobotPlan } from '../contract/robot-plan.js';

/** What a command of Tencent's REST API has in its query. */
export interface TencentQuery {
  readonly sdkappid?: string | undefined;
  readonly identifier?: string | undefined;
  readonly usersig?: string | undefined;
  readonly random?: string | undefined;
}

/** A refusal in Tencent's words. */
export interface TencentFault {
  readonly code: number;
  readonly info: string;
}

export type TencentStart =
  | { readonly kind: 'valid'; readonly plan: RobotPlan; readonly roomIsOurs: boolean }
  | { readonly kind: 'invalid'; readonly field: string; readonly message: string };

export interface ToPassOn {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Those that belong to the body. */
  readonly headers: Readonly<Record<string, string>>;
  /** Absent where there is none; read as it is sent on, however long it is. */
  readonly body?: Buffer | AsyncIterable<Uint8Array>;
}

export interface PassedOn {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
}

/** Reads, checks and passes on what is addressed to Tencent. */
export interface TencentGate {
  /** Why this caller may not command the application; `undefined` if it may. */
  refuse(query: TencentQuery): TencentFault | undefined;
  /** The body of `start_call_by_robot`, parsed without rounding. */
  readStart(body: unknown): TencentStart;
  /** Tencent's own answer; `undefined` when it gave none. Absent where nothing is passed on. */
  readonly passOn?: (request: ToPassOn) => Promise<PassedOn | undefined>;
}
