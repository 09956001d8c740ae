/** Where two contenders meet, as far as it is known: how much later the second one has to go. */
export interface Steering {
  readonly centreMs: number;
  /** Moves the centre by one step; `later` lets the second contender go later. */
  move(towards: 'earlier' | 'later'): void;
}

/** Nobody is sent ahead by more than this. */
const FURTHEST_MS = 1_000;

/**
 * Who comes first depends on the speed of the machine, so the centre follows what is seen. As each
 * outcome moves it towards the other one, their counts differ by no more than the steps from 0 to
 * the point at which they meet.
 */
export function steering(stepMs: number): Steering {
  let centreMs = 0;
  return {
    get centreMs() {
      return centreMs;
    },
    move(towards) {
      const moved = centreMs + (towards === 'later' ? stepMs : -stepMs);
      centreMs = Math.min(FURTHEST_MS, Math.max(-FURTHEST_MS, moved));
    },
  };
}
