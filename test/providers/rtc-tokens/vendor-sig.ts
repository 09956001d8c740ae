import { Api } from 'tls-sig-api-v2';

export const SDK_APP_ID = 1400000000;
export const SECRET_KEY = '5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e';
export const NOW = Date.UTC(2026, 6, 5, 10, 5, 10, 730);
export const TTL_SECONDS = 86_400;

/** The vendor's library takes its time from `Date.now` and from nowhere else. */
function atNow<T>(issue: () => T): T {
  const realNow = Date.now;
  Date.now = () => NOW;
  try {
    return issue();
  } finally {
    Date.now = realNow;
  }
}

const vendor = new Api(SDK_APP_ID, SECRET_KEY);

export const vendorUserSig = (userId: string) =>
  atNow(() => vendor.genUserSig(userId, TTL_SECONDS));

export const vendorPrivateMapKey = (userId: string, room: string) =>
  atNow(() => vendor.genPrivateMapKeyWithStringRoomID(userId, TTL_SECONDS, room, 255));
