import { type CountryCode, type PhoneNumberType, parsePhoneNumber } from 'libphonenumber-js/max';

/** Numbers that cost the one who calls, or whose owner is not one person. */
const NEVER: readonly PhoneNumberType[] = [
  'PREMIUM_RATE',
  'SHARED_COST',
  'PERSONAL_NUMBER',
  'PAGER',
  'VOICEMAIL',
];
const ORDINARY: readonly PhoneNumberType[] = ['MOBILE', 'FIXED_LINE', 'FIXED_LINE_OR_MOBILE'];

/** Inmarsat, global satellite networks, international networks and premium numbers; China's own. */
const SATELLITE: readonly string[] = [
  '+870',
  '+878',
  '+881',
  '+882',
  '+883',
  '+979',
  '+861349',
  '+861740',
];

/** Of most of the world; dialled by whatever trick, they take help from somebody who needs it. */
const EMERGENCY: readonly string[] = [
  '000',
  '110',
  '111',
  '112',
  '118',
  '119',
  '120',
  '122',
  '999',
  '911',
  '995',
  '997',
  '998',
];

export interface DestinationRules {
  readonly region: CountryCode;
  /** Beginnings of E.164 numbers; none: mobile and fixed numbers of the region. */
  readonly prefixes: readonly string[];
}

export const isEmergency = (e164: string): boolean => {
  const { nationalNumber } = parsePhoneNumber(e164);
  return EMERGENCY.includes(nationalNumber);
};

/** Whether a valid number may be dialled at our expense. */
export function isAllowed(e164: string, { region, prefixes }: DestinationRules): boolean {
  const number = parsePhoneNumber(e164);
  const type = number.getType();
  if (
    type === undefined ||
    NEVER.includes(type) ||
    SATELLITE.some((prefix) => e164.startsWith(prefix))
  )
    return false;
  if (prefixes.length > 0) return prefixes.some((prefix) => e164.startsWith(prefix));
  return number.country === region && ORDINARY.includes(type);
}
