/**
 * Within which a ringing call ends after its deadline, or after the product is back. A call that the
 * worker before had cached is left to another one after a second.
 */
const RING_MARGIN_MS = 2_000;

/**
 * The margin, in ms, for a product that needed `startMs` to be back. A start tells how slow a machine
 * is: a slow one does not finish its first tasks in time, and is given them again after three seconds.
 */
export const ringMarginAfter = (startMs: number): number => RING_MARGIN_MS + startMs;
