import type { Call } from '../../../../src/simulators/tencent/call.js';
import { CROSSING_MS, type Told } from './people.js';

/** A call whose end was promised is over at Tencent by then, whatever is lost and killed meanwhile. */
export const OVER_WITHIN_MS = 60_000;
/** A ring is ended by Tencent's clock, which a busy machine may hold up. */
export const RING_SLACK_MS = 10_000;

/**
 * Whether it was answered when its end was promised and our request for that was at Tencent, which
 * takes so long over it.
 */
export const wasCrossed = (
  { acceptedAt = 0, endedAt = 0 }: Pick<Call, 'acceptedAt' | 'endedAt'>,
  { isPromised, wishedAt = Number.POSITIVE_INFINITY }: Told,
): boolean => isPromised && acceptedAt >= wishedAt && endedAt - acceptedAt <= CROSSING_MS;

type Rung = Pick<Call, 'id' | 'startedAt' | 'endedAt'> & {
  readonly request: Pick<Call['request'], 'timeoutMs'>;
};

/** From the promise of an end, or the death of its workflow, to the end at the provider. */
export function owedMs(
  { id, endedAt = Number.POSITIVE_INFINITY }: Pick<Rung, 'id' | 'endedAt'>,
  { providerCallId, wishedAt, terminatedAt }: Told,
): number | undefined {
  const since = wishedAt ?? terminatedAt;
  if (since === undefined || id !== providerCallId) return undefined;
  return Math.max(0, endedAt - since);
}

/**
 * By how much a call outlived both its ring and the end that was owed; nobody of these scripts talks
 * longer than it may ring. At most 0: it was over in time.
 */
export function overdueMs(call: Rung, told: Told): number {
  const { startedAt, endedAt = Number.POSITIVE_INFINITY, request } = call;
  const afterRing = endedAt - (startedAt + request.timeoutMs + RING_SLACK_MS);
  const owed = owedMs(call, told);
  return owed === undefined ? afterRing : Math.min(afterRing, owed - OVER_WITHIN_MS);
}
