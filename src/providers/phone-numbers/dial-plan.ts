import { HOTLINE, type PhoneRefusalWord } from '../../contract/phone-plan.js';
import type { DialPlan, DialPlanOutcome } from '../../ports/dial-plan.js';
import type { Directory } from '../../ports/directory.js';
import { type DestinationRules, isAllowed, isEmergency } from './destinations.js';

export interface DialPlanSettings {
  readonly directory: Pick<Directory, 'find'>;
  readonly destinations: DestinationRules;
  /** As people write it, and E.164. */
  readonly hotline?: { readonly written: string; readonly number: string };
  /** Whether both phones show the hotline. */
  readonly showsHotline: boolean;
  /** Whether a user without a sub-account is given one. */
  readonly makesSubAccounts: boolean;
}

const refused = (why: PhoneRefusalWord): DialPlanOutcome => ({ kind: 'refused', why });

/** The order of the checks is that of the answers: the first that fails is told. */
export function createDialPlan(settings: DialPlanSettings): DialPlan {
  const { directory, destinations, hotline, showsHotline, makesSubAccounts } = settings;
  const whyNotDialled = (number: string): PhoneRefusalWord | undefined => {
    if (isEmergency(number)) return 'emergency_number';
    return isAllowed(number, destinations) ? undefined : 'destination';
  };
  return {
    hotline: hotline?.written,
    async resolve(callerId, calleeId) {
      const toHotline = calleeId === HOTLINE;
      const [caller, callee] = await Promise.all([
        directory.find(callerId),
        toHotline ? undefined : directory.find(calleeId),
      ]);
      if (caller?.phone === undefined) return refused('no_phone');
      if (callee !== undefined && callee.phone === undefined) return refused('no_phone');
      if (hotline === undefined && (toHotline || showsHotline)) return refused('no_hotline');
      const account = caller.subAccount;
      if (account === undefined && !makesSubAccounts) return refused('no_sub_account');
      const called = toHotline ? hotline?.number : callee?.phone;
      if (called === undefined) return refused('unknown_target');
      if (called === caller.phone) return refused('same_number');
      // The hotline is the operator's own, whatever kind of number it is.
      const dialled = toHotline ? [caller.phone] : [caller.phone, called];
      const why = dialled.map(whyNotDialled).find((each) => each !== undefined);
      if (why !== undefined) return refused(why);
      return {
        kind: 'numbers',
        numbers: {
          caller: caller.phone,
          callee: called,
          ...(showsHotline && hotline !== undefined && { shown: hotline.number }),
          ...(account !== undefined && { account }),
        },
      };
    },
  };
}
