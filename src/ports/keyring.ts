/**
 * Seals what must not be read in the store. `place` (a table, column and row, say) is bound to the
 * sealed text: it opens nowhere else.
 */
export interface Keyring {
  /** Without keys the text stays readable, marked as such. */
  seal(text: string, place: string): string;
  /** @throws SealBroken when its key is missing, it was sealed for another place, or it was changed. */
  open(sealed: string, place: string): string;
  /** Whether it is sealed as `seal` would seal it today: else it should be sealed anew. */
  isCurrent(sealed: string): boolean;
}
