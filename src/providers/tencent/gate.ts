import type { TencentFault, TencentGate, TencentQuery } from '../../ports/tencent-gate.js';
import { createPassOn, type PassOn } from './pass-on.js';
import { readStartRequest } from './start-request.js';
import type { StreamSettings } from './stream-ingest.js';

/** Whose UserSig this is and whether it holds; the faults are those of a UserSig of any product. */
export type CheckUserSig = (
  userSig: string,
) =>
  | { readonly kind: 'valid'; readonly claims: { readonly userId: string } }
  | { readonly kind: 'invalid'; readonly fault: keyof typeof SIG_FAULTS };

export interface GateSettings {
  readonly sdkAppId: number;
  readonly administrators: readonly string[];
  readonly checkUserSig: CheckUserSig;
  /** Where what is not ours goes; absent, nothing is passed on. */
  readonly place?: string;
  readonly streams?: StreamSettings;
}

const SIG_FAULTS = {
  expired: { code: 70001, info: 'UserSig is expired' },
  malformed: { code: 70003, info: 'UserSig cannot be read' },
  forged: { code: 70009, info: 'UserSig was made with another key' },
  'other-app': { code: 70014, info: 'UserSig is of another sdkappid' },
} as const;

const MAX_RANDOM = 4_294_967_295;
const isRandom = (random: string | undefined): boolean =>
  random !== undefined && /^\d{1,10}$/.test(random) && Number(random) <= MAX_RANDOM;

/** The checks of Tencent's REST API, in its codes. */
export function createTencentGate(
  settings: GateSettings,
): TencentGate & { close(): Promise<void> } {
  const passOn: PassOn | undefined =
    settings.place === undefined ? undefined : createPassOn(settings.place);
  return {
    refuse: (query) => refuse(settings, query),
    readStart(body) {
      const reading = readStartRequest(body, settings.streams);
      if (reading.kind === 'invalid') return reading;
      return { kind: 'valid', plan: reading.placing, roomIsOurs: reading.roomIsOurs };
    },
    ...(passOn !== undefined && { passOn: passOn.send }),
    close: async () => passOn?.close(),
  };
}

function refuse(settings: GateSettings, query: TencentQuery): TencentFault | undefined {
  const { sdkappid, identifier, usersig, random } = query;
  if (sdkappid === undefined) return { code: 60012, info: 'sdkappid is missing' };
  if (sdkappid !== String(settings.sdkAppId)) return { code: 70020, info: 'sdkappid is unknown' };
  if (!isRandom(random)) return { code: 60025, info: `random must be from 0 to ${MAX_RANDOM}` };
  const check = settings.checkUserSig(usersig ?? '');
  if (check.kind === 'invalid') return SIG_FAULTS[check.fault];
  if (identifier !== check.claims.userId) {
    return { code: 70013, info: 'identifier is not the one of the UserSig' };
  }
  if (settings.administrators.includes(identifier)) return undefined;
  return { code: 60010, info: 'identifier is not an administrator' };
}
