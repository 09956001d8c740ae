/** On their way at a time. */
const AT_ONCE = 100;
/** Where nothing was answered for so many in a row, no more than `WHERE_SILENT` are on their way. */
const SILENT_AFTER = 10;
const WHERE_SILENT = 5;

interface Lane {
  running: number;
  unanswered: number;
}

/** Bounds what is on its way in each lane, so that those that hang keep few slots of a worker. */
export class Lanes {
  readonly #lanes = new Map<string, Lane>();

  /** Whether there is room; then `leave` must follow. */
  enter(name: string): boolean {
    const lane = this.#lanes.get(name) ?? { running: 0, unanswered: 0 };
    if (lane.running >= (lane.unanswered >= SILENT_AFTER ? WHERE_SILENT : AT_ONCE)) return false;
    lane.running += 1;
    this.#lanes.set(name, lane);
    return true;
  }

  leave(name: string, isAnswered: boolean): void {
    const lane = this.#lanes.get(name);
    if (lane === undefined) return;
    lane.running -= 1;
    lane.unanswered = isAnswered ? 0 : lane.unanswered + 1;
    if (lane.running === 0 && lane.unanswered === 0) this.#lanes.delete(name);
  }
}
