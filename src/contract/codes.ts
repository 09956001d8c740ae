import type { RefusalCode } from '../call/events.js';

/** Every code of the call-control API: its HTTP status, and the message the documents give it. */
export const CODES = {
  0: { http: 200, message: 'success' },
  40001: { http: 400, message: 'invalid parameter' },
  40101: { http: 401, message: 'not authenticated' },
  40401: { http: 404, message: 'no such route' },
  40402: { http: 404, message: 'no such webhook endpoint or delivery' },
  40403: { http: 404, message: 'no such user' },
  41001: { http: 404, message: '通话不存在' },
  41003: { http: 409, message: '对方忙线' },
  41004: { http: 403, message: '非被叫方' },
  41005: { http: 403, message: '非主叫方' },
  41006: { http: 409, message: '已被其他终端接听' },
  41007: { http: 409, message: '通话已结束' },
  41008: { http: 409, message: '当前状态不允许该操作' },
  41010: { http: 403, message: '非参与方' },
  42201: { http: 422, message: 'idempotency key reused with another body' },
  42901: { http: 429, message: 'too many requests' },
  50001: { http: 500, message: 'internal error' },
  50301: { http: 503, message: 'temporarily unavailable' },
  50401: { http: 504, message: 'outcome not known yet, repeat the same request' },
} as const satisfies Record<number, { http: number; message: string }>;

export type Code = keyof typeof CODES;
export type ErrorCode = Exclude<Code, 0>;

/** On create, 41010 is about permission rather than about being a party. */
export const PERMISSION_REFUSED_MESSAGE = '权限或关系校验失败';

/** Codes after which the same request may be sent again, with the seconds to wait. */
export const RETRY_AFTER_SECONDS: Partial<Record<ErrorCode, number>> = {
  42901: 1,
  50301: 1,
  50401: 1,
};

export const isErrorCode = (value: unknown): value is ErrorCode =>
  typeof value === 'number' && value !== 0 && Object.hasOwn(CODES, value);

/** Every refusal of the state machine is a code of the catalogue. */
export const codeOfRefusal = (refusal: RefusalCode): ErrorCode => refusal;
