import { parsePhoneNumber } from 'libphonenumber-js/max';

/** The provider's own country. */
const HOME = '86';

/**
 * A number as the provider is given it: at home a mobile number bare and a fixed one with its 0,
 * abroad `00` and the country. No page says so; it is what the clients that could be read send.
 */
export function dialled(e164: string): string {
  const number = parsePhoneNumber(e164);
  if (number.countryCallingCode !== HOME) return `00${e164.slice(1)}`;
  return number.formatNational().replace(/\D/g, '');
}
