import { randomBytes } from 'node:crypto';
import { LosslessNumber, stringify } from 'lossless-json';

export interface Answer {
  readonly ActionStatus: 'OK' | 'FAIL';
  readonly ErrorInfo?: string;
  readonly ErrorCode: number;
  readonly RequestId?: string;
  readonly Response?: object;
}

let sequence = 0;

const requestId = () => {
  sequence += 1;
  return `Id-${randomBytes(16).toString('hex')}-O-Seq-${sequence}`;
};

export const ok = (Response?: object): Answer => ({
  ErrorCode: 0,
  ErrorInfo: '',
  ActionStatus: 'OK',
  RequestId: requestId(),
  ...(Response && { Response }),
});

const WORDS: Readonly<Record<number, string>> = {
  60002: 'the URL or the method is not one of this API',
  60003: 'the body is not JSON',
  60007: 'too many calls of this API',
  60009: 'no such command',
  60010: 'the identifier is no administrator',
  60012: 'sdkappid is missing',
  60025: 'a parameter of the URL is missing or wrong',
  70001: 'the UserSig has expired',
  70003: 'the UserSig cannot be read',
  70009: 'the UserSig was made with another key',
  70013: 'the UserSig is that of another identifier',
  70014: 'the UserSig is that of another sdkappid',
  70020: 'no such sdkappid in this data centre',
  100301: 'no callback is configured',
  101004: 'the call does not exist or has ended',
  101050: 'the record does not exist',
};

export const fail = (ErrorCode: number, info = WORDS[ErrorCode] ?? 'failed'): Answer => ({
  ErrorCode,
  ErrorInfo: info,
  ActionStatus: 'FAIL',
  RequestId: requestId(),
});

export const written = (value: object): string => stringify(value) ?? '';

/** An account as this shape prints it. */
export const printedAccount = (account: string, shape: 'text' | 'number'): unknown =>
  shape === 'number' && /^\d+$/.test(account) ? new LosslessNumber(account) : account;
