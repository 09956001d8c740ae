import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';
import type { Deadline } from '../../src/call/events.js';

/**
 * The call's one live timer. It is kept while the next deadline is not earlier than the armed one:
 * a timer that fires too early costs one task, moving it at every change costs two events each.
 */
export class DeadlineTimer {
  #armed: { readonly deadline: Deadline; readonly scope: CancellationScope } | undefined;
  #fired: Deadline | undefined;

  get hasFired(): boolean {
    return this.#fired !== undefined;
  }

  takeFired(): Deadline | undefined {
    const fired = this.#fired;
    this.#fired = undefined;
    return fired;
  }

  keep(deadline: Deadline | undefined): void {
    if (deadline === undefined) return;
    if (this.#armed !== undefined && this.#armed.deadline.at <= deadline.at) return;
    this.#armed?.scope.cancel();
    const scope = new CancellationScope({ cancellable: true });
    this.#armed = { deadline, scope };
    void scope.run(() => this.#wait(deadline)).catch(ignoreCancellation);
  }

  async #wait(deadline: Deadline): Promise<void> {
    await sleep(deadline.at - Date.now(), { summary: `${deadline.kind} deadline` });
    this.#armed = undefined;
    this.#fired = deadline;
  }
}

function ignoreCancellation(error: unknown): void {
  if (!isCancellation(error)) throw error;
}
