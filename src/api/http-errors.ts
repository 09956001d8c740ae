import { CallError } from '../service/call-error.js';

export const unknownRoute = (): CallError => new CallError(40401);

/** The path exists, the method does not: code 40401 with HTTP 405 and the methods it has. */
export class MethodNotAllowed extends CallError {
  readonly allow: readonly string[];

  constructor(allow: readonly string[]) {
    super(40401, `this path allows only ${allow.join(', ')}`);
    this.allow = allow;
  }
}
