import type { NoRoom } from '../../ports/webhooks.js';

/** On their way at a time. */
const AT_ONCE = 100;
/** Where so many in a row were not answered, no more than `WHERE_SILENT` are on their way. */
const SILENT_AFTER = 10;
const WHERE_SILENT = 5;

interface Lane {
  running: number;
  unanswered: number;
}

/** Bounds what is on its way in each lane: what hangs keeps few of a worker's slots from the others. */
export class Lanes {
  readonly #lanes = new Map<string, Lane>();

  /** Why there is no room; where there is, `leave` must follow. */
  enter(name: string): NoRoom | undefined {
    const lane = this.#lanes.get(name) ?? { running: 0, unanswered: 0 };
    if (lane.running >= AT_ONCE) return 'full';
    if (lane.unanswered >= SILENT_AFTER && lane.running >= WHERE_SILENT) return 'silent';
    lane.running += 1;
    this.#lanes.set(name, lane);
    return undefined;
  }

  leave(name: string, isAnswered: boolean): void {
    const lane = this.#lanes.get(name);
    if (lane === undefined) return;
    lane.running -= 1;
    lane.unanswered = isAnswered ? 0 : lane.unanswered + 1;
    if (lane.running === 0 && lane.unanswered === 0) this.#lanes.delete(name);
  }
}
