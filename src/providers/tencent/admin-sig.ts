/** Tencent advises at least a day. */
const VALID_SECONDS = 2 * 86_400;
/** What is sent has at least this long to go, so neither skew nor a slow request can outlive it. */
const RENEW_BEFORE_MS = 86_400_000;

/** What a UserSig says of its holder; times are whole seconds, `expire` is a duration. */
export interface AdminSigClaims {
  readonly userId: string;
  readonly sdkAppId: number;
  readonly time: number;
  readonly expire: number;
}

export interface AdminSigSettings {
  readonly sdkAppId: number;
  /** An administrator of the application. */
  readonly identifier: string;
  readonly secretKey: string;
  readonly issueUserSig: (claims: AdminSigClaims, secretKey: string) => string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export interface AdminSig {
  current(): string;
  /** For when the provider says that `userSig` is expired; a newer one stays. */
  discard(userSig: string): void;
}

/** The administrator's UserSig, signed anew in good time. */
export function createAdminSig(settings: AdminSigSettings): AdminSig {
  const { sdkAppId, identifier, secretKey, issueUserSig, now } = settings;
  let held: { readonly userSig: string; readonly renewAt: number } | undefined;

  const issue = () => {
    const at = now();
    const claims = {
      userId: identifier,
      sdkAppId,
      time: Math.floor(at / 1000),
      expire: VALID_SECONDS,
    };
    const renewAt = at + VALID_SECONDS * 1000 - RENEW_BEFORE_MS;
    return { userSig: issueUserSig(claims, secretKey), renewAt };
  };

  return {
    current() {
      if (held === undefined || now() >= held.renewAt) held = issue();
      return held.userSig;
    },
    discard(userSig) {
      if (held?.userSig === userSig) held = undefined;
    },
  };
}
