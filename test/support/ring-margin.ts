/** Within which a ringing call ends after its deadline, or after the product is back. */
const RING_MARGIN_MS = 2_000;
/**
 * A start takes less than this unless the machine is busy with other work as well. Tasks that it
 * does not finish in time are then begun again, so that everything grows later than it grows slow.
 */
const QUIET_START_MS = 3_000;

/** The margin, in ms, for a product that needed `startMs` to be back. */
export const ringMarginAfter = (startMs: number): number =>
  RING_MARGIN_MS * Math.max(1, startMs / QUIET_START_MS) ** 2;
