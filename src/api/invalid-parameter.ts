import { CallError } from '../service/call-error.js';

/** Every complaint begins with the name of the field, header or part of the request it is about. */
export const invalidParameter = (...complaints: readonly string[]): CallError =>
  new CallError(40001, complaints.join('; '));
