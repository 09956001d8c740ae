/** What somebody does with a ringing phone. Nothing scripted: it rings in vain. */
export interface Phone {
  readonly answersAfterMs?: number;
  /** Counted from the answer. */
  readonly hangsUpAfterMs?: number;
  readonly rejectsAfterMs?: number;
  /** Its channel is made and drops at once. */
  readonly drops?: boolean;
}
