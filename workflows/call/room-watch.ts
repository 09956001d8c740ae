import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';
import type { ProviderReport } from '../../src/call/events.js';
import { type CallState, partiesIn } from '../../src/call/state.js';

type RoomReport = Extract<ProviderReport, { type: 'room' }>;

/** A network that changes takes its user out of the room and back in within this. */
const FLAP_MS = 5_000;

/**
 * Who is in the room of a call, by the room's own word. A user who is back within a moment was never
 * away; what is older than the last word on the same user says nothing.
 */
export class RoomWatch {
  readonly #state: () => CallState;
  readonly #tell: (report: ProviderReport) => void;
  readonly #heardAt = new Map<string, number>();
  readonly #leaving = new Map<string, CancellationScope>();

  constructor(state: () => CallState, tell: (report: ProviderReport) => void) {
    this.#state = state;
    this.#tell = tell;
  }

  /** Whether somebody may still come back. */
  get isWaiting(): boolean {
    return this.#leaving.size > 0;
  }

  /** Without a user it is meant for everybody who is there: the room is gone. */
  hear({ event, userId, at }: RoomReport): void {
    const present = () => partiesIn(this.#state(), 'present').map((party) => party.userId);
    for (const each of userId === undefined ? present() : [userId]) this.#hearOf(each, event, at);
  }

  #hearOf(userId: string, event: RoomReport['event'], at: number): void {
    if ((this.#heardAt.get(userId) ?? -1) >= at) return;
    this.#heardAt.set(userId, at);
    if (event === 'entered') this.#enter(userId, at);
    else this.#exit(userId, at);
  }

  #enter(userId: string, at: number): void {
    this.#leaving.get(userId)?.cancel();
    this.#leaving.delete(userId);
    this.#tell({ type: 'party', userId, fact: 'joined', at });
  }

  #exit(userId: string, at: number): void {
    if (this.#leaving.has(userId)) return;
    const scope = new CancellationScope({ cancellable: true });
    this.#leaving.set(userId, scope);
    void scope.run(() => this.#leaveSoon(userId, at)).catch(unlessBack);
  }

  async #leaveSoon(userId: string, at: number): Promise<void> {
    await sleep(FLAP_MS, { summary: `${userId} may come back` });
    this.#leaving.delete(userId);
    this.#tell({ type: 'party', userId, fact: 'left', at });
  }
}

function unlessBack(error: unknown): void {
  if (!isCancellation(error)) throw error;
}
