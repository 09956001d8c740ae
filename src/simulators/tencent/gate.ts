import type { Behaviour } from './settings.js';
import { userSigFault } from './user-sig-check.js';

const MAX_RANDOM = 2 ** 32 - 1;

/** The code that turns a request away before its command is looked at. */
export function gateFault(query: URLSearchParams, behaviour: Behaviour): number | undefined {
  const sdkAppId = query.get('sdkappid');
  if (!sdkAppId) return 60012;
  if (sdkAppId !== String(behaviour.sdkAppId)) return 70020;
  const random = query.get('random') ?? '';
  if (!/^\d{1,10}$/.test(random) || Number(random) > MAX_RANDOM) return 60025;
  const identifier = query.get('identifier') ?? '';
  if (query.get('contenttype') !== 'json' || identifier === '') return 60025;
  const { sdkAppId: app, secretKey } = behaviour;
  const expected = { sdkAppId: app, secretKey, identifier, now: Date.now() };
  const fault = userSigFault(query.get('usersig') ?? '', expected);
  if (fault !== undefined) return fault;
  return behaviour.administrators.includes(identifier) ? undefined : 60010;
}

export interface Meter {
  /** Whether one more is too many in this second. */
  exceeded(command: string): boolean;
}

export function createMeter(perSecond: number): Meter {
  const counts = new Map<string, number>();
  let second = 0;
  return {
    exceeded(command) {
      const current = Math.floor(Date.now() / 1000);
      if (current !== second) counts.clear();
      second = current;
      const count = (counts.get(command) ?? 0) + 1;
      counts.set(command, count);
      return count > perSecond;
    },
  };
}
