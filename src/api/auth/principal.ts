interface Holder {
  readonly ops: boolean;
  /** Until when the token holds, in milliseconds since the epoch. */
  readonly until: number;
}

/** Who a token speaks for: a user, or a backend that acts for users. */
export type Principal =
  | ({ readonly kind: 'user'; readonly userId: string } & Holder)
  | ({ readonly kind: 'service'; readonly id: string } & Holder);

const MAX_INT64 = 9_223_372_036_854_775_807n;

/** User ids of the call-control API are positive 64-bit integers, written without leading zeros. */
export const isUserId = (text: string): boolean =>
  /^[1-9]\d{0,18}$/.test(text) && BigInt(text) <= MAX_INT64;
