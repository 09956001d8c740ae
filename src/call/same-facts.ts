type Facts = Readonly<Record<string, unknown>>;
const isFacts = (value: unknown): value is Facts => typeof value === 'object' && value !== null;

/** What a database kept comes back with its members in another order. */
export function areSameFacts(one: unknown, other: unknown): boolean {
  if (!isFacts(one) || !isFacts(other)) return one === other;
  const names = Object.keys({ ...one, ...other });
  return names.every((name) => areSameFacts(one[name], other[name]));
}
