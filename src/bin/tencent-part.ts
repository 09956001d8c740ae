import { type Config, InvalidConfig } from '../config.js';
import type { CallbackRelay } from '../ports/callback-targets.js';
import type { MediaRooms } from '../ports/media-rooms.js';
import type { CallbackReader } from '../ports/provider-callbacks.js';
import type { RobotCalls } from '../ports/robot-calls.js';
import type { TencentGate } from '../ports/tencent-gate.js';
import { issueUserSig } from '../providers/rtc-tokens/user-sig.js';
import { verifyUserSig } from '../providers/rtc-tokens/verify-user-sig.js';
import { createCallbackReader } from '../providers/tencent/call-callbacks.js';
import type { CallRestSettings } from '../providers/tencent/call-rest.js';
import { createTencentGate } from '../providers/tencent/gate.js';
import { createCallbackRelay } from '../providers/tencent/relay.js';
import { createTencentRobotCalls } from '../providers/tencent/robot-calls.js';
import { mediaRoomsOf } from './media-rooms.js';

export interface TencentPart {
  readonly robotCalls: RobotCalls;
  readonly gate: TencentGate;
  readonly appId: string;
  readonly relay: CallbackRelay;
  /** Absent where nobody can be asked to play streams. */
  readonly mediaRooms?: MediaRooms;
  /** Absent where no callbacks are taken. */
  readonly callbacks?: CallbackReader;
  stop(): Promise<void>;
}

/** Both sides of Tencent: the one we ask, and the one whose API we answer. */
export async function tencentPart(config: Config): Promise<TencentPart> {
  const { TENCENT_ADMINISTRATORS: administrators } = config;
  const access = tencentAccess(config);
  const mediaRooms = await mediaRoomsOf(config);
  const { place, sdkAppId, secretKey } = access;
  try {
    const robotCalls = createTencentRobotCalls(access);
    const gate = createTencentGate({
      sdkAppId,
      administrators,
      checkUserSig: (sig) => verifyUserSig(sig, { sdkAppId, secretKey, now: Date.now() }),
      ...(config.TENCENT_PASS_ON && { place }),
      ...(mediaRooms !== undefined && {
        streams: { knowsNumericRooms: config.TRTC_INGEST_ROOM_ID_TYPE !== 'try' },
      }),
    });
    const { TENCENT_CALLBACK_SECRET: secret } = config;
    const relay = createCallbackRelay();
    return {
      robotCalls,
      gate,
      relay,
      ...(mediaRooms !== undefined && { mediaRooms }),
      appId: String(sdkAppId),
      ...(secret !== undefined && { callbacks: createCallbackReader({ sdkAppId, secret }) }),
      async stop() {
        await Promise.all([robotCalls.close(), gate.close(), relay.close()]);
      },
    };
  } catch (error) {
    if (error instanceof RangeError) throw new InvalidConfig(`TENCENT_CALL_API: ${error.message}`);
    throw error;
  }
}

/** Where Tencent is, and who we are to it. @throws InvalidConfig when a part of that is missing. */
export function tencentAccess(config: Config): CallRestSettings {
  const { TENCENT_CALL_API: place, TENCENT_ADMINISTRATORS: administrators } = config;
  const { TRTC_SDK_APP_ID: sdkAppId, TRTC_SECRET_KEY: secretKey } = config;
  const [identifier] = administrators;
  if (place === undefined) throw new InvalidConfig('TENCENT_CALL_API: needed to reach Tencent');
  if (sdkAppId === undefined || secretKey === undefined || identifier === undefined) {
    throw new InvalidConfig('TRTC_SDK_APP_ID, TRTC_SECRET_KEY: needed with TENCENT_CALL_API');
  }
  return { place, sdkAppId, secretKey, identifier, issueUserSig };
}
