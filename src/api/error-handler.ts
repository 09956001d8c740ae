import type { ErrorRequestHandler, Request, Response } from 'express';
import { CODES } from '../contract/codes.js';
import { StoreUnavailable } from '../ports/reservations.js';
import { CallError } from '../service/call-error.js';
import { type HttpStatusMode, httpStatusOf, sendFailure } from './answer.js';
import { MethodNotAllowed } from './http-errors.js';
import { invalidParameter } from './invalid-parameter.js';
import { REQUEST_ID } from './request-log.js';

/** The only place where an error becomes an answer. Express tells it apart by its four parameters. */
export function errorHandler(mode: HttpStatusMode): ErrorRequestHandler {
  return (error: unknown, req, res, next) => {
    if (res.headersSent) {
      next(error);
      return;
    }
    const known = asCallError(error, req, res);
    if (error instanceof MethodNotAllowed) res.set('Allow', error.allow.join(', '));
    const fit = error instanceof MethodNotAllowed ? 405 : httpStatusOf('fit', known.code);
    sendFailure(res, {
      code: known.code,
      message: messageOf(known),
      status: mode === '200' ? 200 : fit,
    });
  };
}

function asCallError(error: unknown, req: Request, res: Response): CallError {
  if (error instanceof CallError) return error;
  if (error instanceof StoreUnavailable) {
    req.log.warn({ err: error }, 'store unavailable');
    return new CallError(50301);
  }
  const complaint = complaintAbout(error);
  if (complaint !== undefined) return invalidParameter(complaint);
  req.log.error({ err: error }, 'unexpected error');
  return new CallError(50001, `${CODES[50001].message}, request ${res.get(REQUEST_ID)}`);
}

/** A 40001 carries what is wrong; that something is wrong is said here, for every source alike. */
function messageOf({ code, message }: CallError): string {
  const prefix = CODES[40001].message;
  return code === 40001 && message !== prefix ? `${prefix}: ${message}` : message;
}

/** Express and its body reader mark what the client did wrong by a 4xx status and a type. */
function complaintAbout(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('status' in error)) return undefined;
  const { status } = error;
  if (typeof status !== 'number' || status < 400 || status >= 500) return undefined;
  switch ('type' in error ? error.type : undefined) {
    case 'entity.too.large':
      return 'body must be at most 16 kB';
    case 'encoding.unsupported':
      return 'Content-Encoding must not be used';
    case 'request.aborted':
    case 'request.size.invalid':
      return 'body is not as long as Content-Length says';
    default:
      return error instanceof URIError ? 'path cannot be decoded' : 'request is malformed';
  }
}
