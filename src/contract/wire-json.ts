import { parse, stringify } from 'lossless-json';

/** Integers that a JavaScript number cannot hold become `bigint`; every other number is a number. */
function parseNumber(digits: string): number | bigint {
  const value = Number(digits);
  return /^-?\d+$/.test(digits) && !Number.isSafeInteger(value) ? BigInt(digits) : value;
}

/**
 * Reads JSON without rounding ids.
 * @throws SyntaxError when it is not JSON or names a member twice with different values.
 */
export const parseWireJson = (text: string): unknown => parse(text, undefined, parseNumber);

/** Writes JSON with `bigint` as an integer. */
export const writeWireJson = (value: object): string => stringify(value) ?? 'null';
