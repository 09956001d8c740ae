type Members = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Members => typeof value === 'object' && value !== null;

/** Where two values differ, each place in one line. */
export function differences(is: unknown, shouldBe: unknown, at = ''): string[] {
  if (!isObject(is) || !isObject(shouldBe)) {
    const [one, other] = [JSON.stringify(is), JSON.stringify(shouldBe)];
    return one === other ? [] : [`  ${at} is ${one}, should be ${other}`];
  }
  const names = new Set([...Object.keys(is), ...Object.keys(shouldBe)]);
  return [...names].flatMap((name) => differences(is[name], shouldBe[name], `${at}.${name}`));
}
