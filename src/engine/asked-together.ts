/**
 * Asks about each call one question at a time. Who comes while one is under way shares the next:
 * the answer under way may be older than what they already know.
 */
export function askedTogether<T>(
  ask: (callId: number) => Promise<T>,
): (callId: number) => Promise<T> {
  const underWay = new Map<number, Promise<T>>();
  const next = new Map<number, Promise<T>>();
  const begin = (callId: number): Promise<T> => {
    next.delete(callId);
    const asked = ask(callId).finally(() => underWay.delete(callId));
    underWay.set(callId, asked);
    return asked;
  };
  return (callId) => {
    const shared = next.get(callId);
    if (shared !== undefined) return shared;
    const current = underWay.get(callId);
    if (current === undefined) return begin(callId);
    const again = () => begin(callId);
    const following = current.then(again, again);
    next.set(callId, following);
    return following;
  };
}
