/**
 * Why a request got no answer. `not-sent`: nothing of it left, which alone makes it safe to send
 * another. `timeout`: our own deadline passed. `connection`: anything else, at any moment.
 */
export type RequestFault = 'not-sent' | 'timeout' | 'connection';

/** What resolves the name and opens the connection, before any byte of a request. */
const BEFORE_SENDING: ReadonlySet<unknown> = new Set(['getaddrinfo', 'connect']);
/** The connection was not open within undici's bound for it. */
const CONNECT_TIMEOUT = 'UND_ERR_CONNECT_TIMEOUT';

/**
 * The one rule for what undici and `fetch` reject with, by its codes and Node's system calls, never
 * by its words. What it does not know may have been sent: a broken handshake of TLS is not told
 * apart from a broken request.
 */
export function requestFaultOf(error: unknown): RequestFault {
  if (!(error instanceof Error)) return 'connection';
  if (neverLeft(error)) return 'not-sent';
  return error.name === 'TimeoutError' ? 'timeout' : 'connection';
}

function neverLeft(error: Error): boolean {
  // A host with several addresses: each of them was tried, and each has its own error.
  if (error instanceof AggregateError) {
    const { errors } = error as { readonly errors: readonly unknown[] };
    return errors.length > 0 && errors.every((each) => each instanceof Error && neverLeft(each));
  }
  if ('syscall' in error && BEFORE_SENDING.has(error.syscall)) return true;
  if ('code' in error && error.code === CONNECT_TIMEOUT) return true;
  // `fetch` rejects with a TypeError that has the reason as its cause.
  return error.cause instanceof Error && neverLeft(error.cause);
}
