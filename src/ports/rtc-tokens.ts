export interface RtcToken {
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Access to an RTC room for one user. Minting is local and has no effect elsewhere. */
export interface RtcTokens {
  readonly appId: string;
  mint(access: { readonly userId: string; readonly room: string }): Promise<RtcToken>;
}
