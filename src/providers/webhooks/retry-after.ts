/** RFC 9110, 10.2.3: seconds, or a date. Milliseconds from now; absent where there is none to obey. */
export function retryAfterIn(
  header: string | string[] | undefined,
  now: number,
): number | undefined {
  if (typeof header !== 'string') return undefined;
  const ms = /^\d{1,9}$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - now;
  return Number.isFinite(ms) && ms > 0 ? ms : undefined;
}
