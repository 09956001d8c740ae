/** What is kept for a time only: events, who was told them, and how they were delivered. */
export interface Retention {
  /**
   * Removes some of what happened before this time (milliseconds since the epoch), but for what is yet
   * to be delivered; answers whether there is more. Cursors stay: a reader learns that it has a gap.
   */
  trim(before: number): Promise<boolean>;
}
