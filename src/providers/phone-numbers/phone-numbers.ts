import { type CountryCode, isSupportedCountry, parsePhoneNumber } from 'libphonenumber-js/max';
import type { PhoneNumbers } from '../../ports/dial-plan.js';

const SHOWN_AT_THE_END = 4;

/**
 * Numbers in E.164 or as they are written in this region.
 * @throws RangeError when there is no such region.
 */
export function createPhoneNumbers(
  region: string,
): PhoneNumbers & { readonly region: CountryCode } {
  if (!isSupportedCountry(region)) throw new RangeError('must be a country of two letters');
  return {
    region,
    read(text) {
      try {
        const number = parsePhoneNumber(text, region);
        return number.isValid() && number.ext === undefined ? number.number : undefined;
      } catch {
        return undefined;
      }
    },
    mask: maskNumber,
  };
}

/** Country and the last digits: `+86*******8000`. */
export function maskNumber(e164: string): string {
  const { countryCallingCode } = parsePhoneNumber(e164);
  const begin = `+${countryCallingCode}`;
  const end = e164.slice(-SHOWN_AT_THE_END);
  return begin + '*'.repeat(Math.max(0, e164.length - begin.length - end.length)) + end;
}
