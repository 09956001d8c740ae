const LONG = /^[+-]?\d{1,30}$/;
const [MIN, MAX] = [-(2n ** 63n), 2n ** 63n - 1n];

/** A 64-bit integer as it is written without sign and zeros it need not have; `undefined` for others. */
export function readLong(text: string): string | undefined {
  if (!LONG.test(text)) return undefined;
  const value = BigInt(text.replace(/^\+/, ''));
  return value >= MIN && value <= MAX ? value.toString() : undefined;
}
