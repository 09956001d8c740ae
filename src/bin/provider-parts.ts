import type { Config } from '../config.js';
import type { Directory } from '../ports/directory.js';
import type { PhonePart } from './phone-part.js';
import type { TencentPart } from './tencent-part.js';
import type { Undo } from './undo.js';

export interface ProviderParts {
  readonly tencent?: TencentPart | undefined;
  readonly phone?: PhonePart | undefined;
}

/** Each is loaded only where it is configured: a worker that was killed shall be back soon. */
export async function providerParts(
  config: Config,
  directory: Pick<Directory, 'find'>,
  undo: Undo,
): Promise<ProviderParts> {
  const tencent = config.TENCENT_CALL_API === undefined ? undefined : await tencentOf(config);
  if (tencent !== undefined) undo.add(() => tencent.stop());
  const hasPhones = config.TELEPHONY === 'twilio' || config.YUNTONGXUN_API !== undefined;
  const phone = hasPhones ? await phoneOf(config, directory) : undefined;
  if (phone !== undefined) undo.add(() => phone.stop());
  return { tencent, phone };
}

async function tencentOf(config: Config): Promise<TencentPart> {
  const { tencentPart } = await import('./tencent-part.js');
  return tencentPart(config);
}

async function phoneOf(config: Config, directory: Pick<Directory, 'find'>) {
  const { phonePart } = await import('./phone-part.js');
  return phonePart(config, directory);
}
