import { type Config, InvalidConfig } from '../config.js';
import type { MediaRooms } from '../ports/media-rooms.js';
import { roomRightUserbuf } from '../providers/rtc-tokens/room-right.js';
import { issueUserSig } from '../providers/rtc-tokens/user-sig.js';
import type { CloudAction } from '../providers/trtc/cloud-api.js';

const NUMERIC_ROOM_IS = { 'numeric-is-0': 0, 'numeric-is-1': 1, try: undefined } as const;
const SIG_SECONDS = 86_400;

/** None without a key: then no streams are played, and rooms are left to themselves. */
export async function mediaRoomsOf(config: Config): Promise<MediaRooms | undefined> {
  const { TENCENTCLOUD_SECRET_ID: secretId, TENCENTCLOUD_SECRET_KEY: secretKey } = config;
  const { TRTC_SDK_APP_ID: sdkAppId, TRTC_SECRET_KEY: signingKey } = config;
  if (secretId === undefined || secretKey === undefined) return undefined;
  if (sdkAppId === undefined || signingKey === undefined) {
    throw new InvalidConfig('TRTC_SDK_APP_ID, TRTC_SECRET_KEY: needed with TENCENTCLOUD_SECRET_ID');
  }
  // The vendor's client is loaded only where it is used.
  const [{ createCloudApi, ACTIONS }, { createMediaRooms }] = await Promise.all([
    import('../providers/trtc/cloud-api.js'),
    import('../providers/trtc/media-rooms.js'),
  ]);
  const regions = config.TRTC_CLOUD_REGIONS ?? {};
  const unknown = Object.keys(regions).find((name) => !ACTIONS.includes(name as CloudAction));
  if (unknown !== undefined) {
    throw new InvalidConfig(`TRTC_CLOUD_REGIONS: no such action ${unknown}`);
  }
  const numericRoomIs = NUMERIC_ROOM_IS[config.TRTC_INGEST_ROOM_ID_TYPE];
  try {
    return createMediaRooms({
      sdkAppId,
      api: createCloudApi({ secretId, secretKey, place: config.TRTC_CLOUD_API, regions }),
      signUser(userId, room) {
        const time = Math.floor(Date.now() / 1_000);
        const claims = { userId, sdkAppId, time, expire: SIG_SECONDS };
        const userSig = issueUserSig(claims, signingKey);
        if (!config.TRTC_PRIVATE_MAP_KEY || room.kind === 'numeric') return { userSig };
        const right = { userId, sdkAppId, room: room.name, expiresAt: time + SIG_SECONDS };
        const userbuf = roomRightUserbuf(right);
        return { userSig, privateMapKey: issueUserSig({ ...claims, userbuf }, signingKey) };
      },
      ...(numericRoomIs !== undefined && { numericRoomIs }),
    });
  } catch (error) {
    if (error instanceof RangeError) throw new InvalidConfig(`TRTC_CLOUD_API: ${error.message}`);
    throw error;
  }
}
