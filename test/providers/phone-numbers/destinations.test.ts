import { describe, expect, it } from 'vitest';
import {
  type DestinationRules,
  isAllowed,
  isEmergency,
} from '../../../src/providers/phone-numbers/destinations.js';

const CHINA: DestinationRules = { region: 'CN', prefixes: [] };
/** An operator who would allow everything of these countries. */
const GENEROUS: DestinationRules = {
  region: 'CN',
  prefixes: ['+86', '+44', '+1', '+87', '+88', '+979'],
};

type Case = readonly [what: string, number: string];

const NEVER: readonly Case[] = [
  ['a premium number of the region', '+8690012345'],
  ['a premium number of Britain', '+449098790000'],
  ['a premium number of America', '+19005551234'],
  ['an international premium number', '+979123456789'],
  ['a number whose cost is shared', '+864001234567'],
  ['a personal number', '+447012345678'],
  ['a satellite phone of the region', '+8613491234567'],
  ['another satellite phone of the region', '+8617401234567'],
  ['a satellite phone of Inmarsat', '+870773111632'],
  ['a satellite phone of a global network', '+881612345678'],
  ['an international network', '+88216123456'],
  ['another international network', '+883510001234567'],
  ['the police', '+86110'],
  ['the fire brigade', '+86119'],
  ['an ambulance', '+86120'],
  ['the emergency number of another country', '+1911'],
];

describe('without prefixes', () => {
  it.each([
    ['a mobile phone', '+8613800138000'],
    ['a fixed line', '+861056469588'],
  ])('%s of the region may be dialled: %s', (_what, number) => {
    expect(isAllowed(number, CHINA)).toBe(true);
  });

  it.each<Case>([
    ...NEVER,
    ['a number that is free of charge', '+868001234567'],
    ['a number of another country', '+14155552671'],
    ['a mobile phone of a neighbour', '+85291234567'],
  ])('%s may not: %s', (_what, number) => {
    expect(isAllowed(number, CHINA)).toBe(false);
  });

  it('a number whose country code is shared may be dialled in its own region only', () => {
    expect(isAllowed('+14155552671', { region: 'US', prefixes: [] })).toBe(true);
    expect(isAllowed('+14155552671', { region: 'CA', prefixes: [] })).toBe(false);
  });
});

describe('with prefixes', () => {
  it.each([
    ['of another country', '+14155552671'],
    ['of another region of the same code', '+16135550123'],
    ['that is free of charge', '+868001234567'],
  ])('a number %s may be dialled where one is its beginning: %s', (_what, number) => {
    expect(isAllowed(number, GENEROUS)).toBe(true);
  });

  it.each(NEVER)('%s may not, whatever is its beginning: %s', (_what, number) => {
    expect(GENEROUS.prefixes.some((prefix) => number.startsWith(prefix))).toBe(true);
    expect(isAllowed(number, GENEROUS)).toBe(false);
  });

  it.each(['+8613900138000', '+861056469588', '+14155552671'])(
    'they replace what may be dialled without: %s',
    (number) => {
      const rules = { region: 'CN', prefixes: ['+86138', '+44'] } as const;
      expect(isAllowed(number, rules)).toBe(false);
      expect(isAllowed('+8613800138000', rules)).toBe(true);
    },
  );
});

describe('a number for emergencies', () => {
  it.each(['+86110', '+86119', '+86120', '+86122', '+86112', '+44999', '+1911'])(
    'is known as one: %s',
    (number) => {
      expect(isEmergency(number)).toBe(true);
    },
  );

  it.each(['+8613800138000', '+861012345', '+8611012345678'])(
    'is not one that only begins or ends like it: %s',
    (number) => {
      expect(isEmergency(number)).toBe(false);
    },
  );
});
