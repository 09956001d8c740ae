/** Where a backend wants the callbacks of its application. */
export interface CallbackTarget {
  readonly url: string;
  readonly commands: readonly string[];
}

/**
 * The one callback URL of an application. Rejects with `StoreUnavailable` when the store is away.
 */
export interface CallbackTargets {
  read(appId: string): Promise<CallbackTarget | undefined>;
  /** Takes the place of what was set before. */
  set(appId: string, target: CallbackTarget): Promise<void>;
  clear(appId: string): Promise<void>;
}

export type RelayOutcome =
  | { readonly kind: 'taken' }
  /** Why not, without the address. */
  | { readonly kind: 'not-taken'; readonly why: string };

/** Carries a callback on as it came. Answers within some seconds; never throws. */
export interface CallbackRelay {
  deliver(
    callback: { readonly query: string; readonly body: string },
    target: CallbackTarget,
  ): Promise<RelayOutcome>;
}
