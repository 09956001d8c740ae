import { z } from 'zod';
import { type CallRestSettings, type Command, createCallRest, type Reply } from './call-rest.js';

/** What Tencent has been told of where to send callbacks. */
export interface CallbackSetting {
  readonly Url: string;
  readonly CallbackCommandList: readonly string[];
}

export const CALLBACK_COMMANDS = [
  'Call.CallbackAfterStartCall',
  'Call.CallbackAfterMemberChanged',
  'Call.CallbackAfterEndCall',
] as const;

const setting = z.object({ Url: z.string(), CallbackCommandList: z.array(z.string()) });

/** The one callback URL that an application has at Tencent. Rejects with what Tencent said. */
export interface CallConfig {
  /** `undefined`: none is set. */
  get(): Promise<CallbackSetting | undefined>;
  set(url: string): Promise<void>;
  remove(): Promise<void>;
  close(): Promise<void>;
}

export function createCallConfig(settings: CallRestSettings): CallConfig {
  const rest = createCallRest(settings);
  const asked = async (command: Command, body: object): Promise<Reply> => {
    const reply = await rest.post(command, body);
    if (reply.verdict.kind === 'done' || reply.verdict.kind === 'gone') return reply;
    const { code, info, fault } = reply.evidence;
    throw new Error(
      `Tencent: ${[code, info, fault].filter((part) => part !== undefined).join(' ')}`,
    );
  };
  return {
    async get() {
      const { verdict, response } = await asked('call_config/get_callback', {});
      return verdict.kind === 'gone' ? undefined : setting.parse(response);
    },
    async set(Url) {
      const CallbackCommandList = CALLBACK_COMMANDS;
      await asked('call_config/set_callback', { Url, CallbackCommandList });
    },
    async remove() {
      await asked('call_config/delete_callback', {});
    },
    close: () => rest.close(),
  };
}
