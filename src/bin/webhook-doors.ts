import type { CallbackDoor } from '../api/webhooks/tencent-call.js';
import type { RoomDoor } from '../api/webhooks/trtc.js';
import type { Config } from '../config.js';
import { createCallMailbox } from '../engine/call-mailbox.js';
import { createCallbackInbox } from '../engine/callback-inbox.js';
import type { EngineConnection } from '../engine/connection.js';
import type { Health } from '../engine/health.js';
import { createRoomCallbackReader } from '../providers/trtc/room-callbacks.js';
import { tellCall } from '../service/room-news.js';
import type { Store } from '../store/open-store.js';
import type { TencentPart } from './tencent-part.js';

interface Parts {
  readonly config: Config;
  readonly engine: EngineConnection;
  readonly store: Store;
  readonly tencent?: TencentPart | undefined;
}

/** Where providers may speak unasked, as far as that is configured. */
export function webhookDoors(
  { config, engine, store, tencent }: Parts,
  health: Health,
): { readonly callbacks?: CallbackDoor; readonly rooms?: RoomDoor } {
  const { TRTC_CALLBACK_KEY: key, TRTC_SDK_APP_ID: sdkAppId } = config;
  const callbacks = tencent?.callbacks && {
    reader: tencent.callbacks,
    inbox: createCallbackInbox(engine.client, health),
  };
  if (key === undefined || sdkAppId === undefined) return callbacks ? { callbacks } : {};
  const deps = { reader: store.reader, mailbox: createCallMailbox(engine.client, health) };
  const rooms: RoomDoor = {
    reader: createRoomCallbackReader({ sdkAppId, key }),
    tell: (news) => tellCall(deps, news),
  };
  return { rooms, ...(callbacks && { callbacks }) };
}
