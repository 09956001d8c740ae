export interface Timers {
  /** Simulated milliseconds. */
  after(ms: number, act: () => void): void;
  wait(ms: number): Promise<void>;
  /** How long something of this length takes here, in real milliseconds. */
  scaled(ms: number): number;
  /** Nothing that was waited for happens any more. */
  clear(): void;
}

/** Time that runs `speed` times faster than life, so that a minute's ring need not take one. */
export function createTimers(speed: number): Timers {
  const pending = new Set<NodeJS.Timeout>();
  const after = (ms: number, act: () => void) => {
    const timer = setTimeout(() => {
      pending.delete(timer);
      act();
    }, ms / speed);
    pending.add(timer);
  };
  return {
    after,
    wait: (ms) => new Promise((resolve) => after(ms, resolve)),
    scaled: (ms) => ms / speed,
    clear() {
      for (const timer of pending) clearTimeout(timer);
      pending.clear();
    },
  };
}
