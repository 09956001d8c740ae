/** An answer of the API other than success. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** A code of the catalogue; see the API table. */
  readonly code: number;
  /** Seconds after which the same request may be sent again. */
  readonly retryAfter: number | undefined;

  constructor(code: number, message: string, retryAfter: number | undefined) {
    super(message);
    this.code = code;
    this.retryAfter = retryAfter;
  }
}
