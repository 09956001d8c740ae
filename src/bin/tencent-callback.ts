import { type Config, InvalidConfig } from '../config.js';
import { createCallConfig } from '../providers/tencent/call-config.js';
import { tencentAccess } from './tencent-part.js';

export type CallbackErrand = 'set' | 'get' | 'delete';

/**
 * Tells Tencent to send callbacks to this service, or says what it was told. The URL that was set
 * before is printed, because it is the backend's to set again, here.
 * @throws InvalidConfig when a setting is missing, and Error with Tencent's words.
 */
export async function runCallbackErrand(config: Config, errand: CallbackErrand): Promise<string[]> {
  const tencent = createCallConfig(tencentAccess(config));
  try {
    const before = await tencent.get();
    const known =
      before === undefined ? 'none' : `${before.Url} ${before.CallbackCommandList.join(',')}`;
    if (errand === 'get') return [known];
    if (errand === 'delete') await tencent.remove();
    else await tencent.set(urlOf(config));
    const now = await tencent.get();
    return [`before: ${known}`, `now: ${now?.Url ?? 'none'}`];
  } finally {
    await tencent.close();
  }
}

function urlOf({ TENCENT_CALLBACK_URL: url, TENCENT_CALLBACK_SECRET: secret }: Config): string {
  if (url === undefined || secret === undefined) {
    throw new InvalidConfig(
      'TENCENT_CALLBACK_URL, TENCENT_CALLBACK_SECRET: needed to be called back',
    );
  }
  return `${url.replace(/\/$/, '')}/webhooks/tencent-call/${secret}`;
}
