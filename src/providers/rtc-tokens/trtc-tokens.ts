import type { RtcTokens } from '../../ports/rtc-tokens.js';
import { requireRtcRoom, requireRtcUserId } from './names.js';
import { roomRightUserbuf } from './room-right.js';
import { issueUserSig } from './user-sig.js';

export interface TrtcTokenSettings {
  readonly sdkAppId: number;
  readonly secretKey: string;
  readonly ttlSeconds: number;
  /** Binds each token to its room; the application must have TRTC's advanced permission control on. */
  readonly privateMapKey: boolean;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/**
 * RTC tokens of TRTC: a UserSig, or with `privateMapKey` one that carries the room right, which
 * serves as UserSig and as PrivateMapKey. `mint` rejects with `UnusableRtcName`.
 */
export function createTrtcTokens(settings: TrtcTokenSettings): RtcTokens {
  const { sdkAppId, secretKey, ttlSeconds, privateMapKey, now = Date.now } = settings;
  return {
    appId: String(sdkAppId),
    async mint({ userId, room }) {
      requireRtcUserId(userId);
      requireRtcRoom(room);
      const time = Math.floor(now() / 1000);
      const expiresAt = time + ttlSeconds;
      const claims = { userId, sdkAppId, time, expire: ttlSeconds };
      const token = privateMapKey
        ? { ...claims, userbuf: roomRightUserbuf({ userId, sdkAppId, room, expiresAt }) }
        : claims;
      return { token: issueUserSig(token, secretKey), expiresAt: expiresAt * 1000 };
    },
  };
}
