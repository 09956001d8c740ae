import { DrizzleQueryError } from 'drizzle-orm/errors';
import { StoreUnavailable } from '../ports/reservations.js';

/** SQLSTATE classes: connection, resources, operator intervention and cancellation, system. */
const UNAVAILABLE_CLASSES: readonly string[] = ['08', '53', '57', '58'];
/** Lock and idle timeouts, and a server that became a read-only standby. */
const UNAVAILABLE_CODES: readonly string[] = ['55P03', '25P03', '25P04', '25006'];
const SQLSTATE = /^[0-9A-Z]{5}$/;

/** The SQLSTATE of an error the database itself sent; Node's own codes (`EPIPE`) are none. */
function sqlState(error: Error): string | undefined {
  const code = 'severity' in error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && SQLSTATE.test(code) ? code : undefined;
}

/** Why a query failed, or `undefined` when it was not a query that failed. */
const queryFailure = (error: unknown): Error | undefined =>
  error instanceof DrizzleQueryError ? error.cause : undefined;

const UNIQUE_VIOLATION = '23505';

/** Whether a statement would have made a second one of something. */
export function isDuplicate(error: unknown): boolean {
  const failure = queryFailure(error);
  return failure !== undefined && sqlState(failure) === UNIQUE_VIOLATION;
}

/** Whether the connection that the failed work used can serve nobody any more. */
export function lostConnection(error: unknown): boolean {
  const failure = queryFailure(error);
  return failure !== undefined && sqlState(failure) === undefined;
}

/** What callers get to see of a failure: that the store is away, or the mistake that it is. */
export function asCallersSee(error: unknown): unknown {
  const failure = queryFailure(error);
  if (failure === undefined) return error;
  const code = sqlState(failure);
  const away =
    code === undefined ||
    UNAVAILABLE_CODES.includes(code) ||
    UNAVAILABLE_CLASSES.includes(code.slice(0, 2));
  return away ? unavailable(failure) : withoutValues(error, failure);
}

/** The message of a failed query recites every value, whole calls among them: not for logs. */
const withoutValues = (error: unknown, failure: Error): unknown =>
  error instanceof DrizzleQueryError
    ? new Error(`${failure.message} in: ${error.query}`, { cause: failure })
    : error;

export const unavailable = (cause: unknown): StoreUnavailable =>
  new StoreUnavailable(
    `the store does not answer: ${cause instanceof Error ? cause.message : String(cause)}`,
    { cause },
  );

/** Whether it was the database that said so: it may be slow, but it does not hang. */
export const saidByDatabase = ({ cause }: StoreUnavailable): boolean =>
  cause instanceof Error && sqlState(cause) !== undefined;
