import { CODES, type ErrorCode } from '../contract/codes.js';

/** An answer that is not a success: one code of the catalogue, and what it says here. */
export class CallError extends Error {
  override readonly name = 'CallError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string = CODES[code].message) {
    super(message);
    this.code = code;
  }
}
