import type { z } from 'zod';
import type { ErrorCode } from './codes.js';

export interface Route {
  readonly operationId: string;
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** OpenAPI style: `/api/calls/{callId}/accept`. */
  readonly path: string;
  readonly summary: string;
  /**
   * `user`: for one user, whom a service names. `anyone`: a service that names no user sees what
   * concerns any of them. `service`: for backends themselves, and for no user.
   * `operator`: for tokens with scope `ops`, on behalf of nobody.
   */
  readonly for: 'user' | 'anyone' | 'service' | 'operator';
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly headers?: readonly string[];
  readonly body?: z.ZodObject;
  /** The shape of `data` in the envelope when `code` is 0. */
  readonly data: z.ZodType;
  /** Answers with events that have this shape, one after another, instead of an envelope. */
  readonly stream?: true;
  /** Beyond the codes that any route can answer with. */
  readonly errors: readonly ErrorCode[];
}
