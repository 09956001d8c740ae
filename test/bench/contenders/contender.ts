import type { LoadProgram } from '../programs/load-program.js';

/** A way to have calls, with everything that runs for it. */
export interface Contender {
  readonly name: string;
  /** Makes its load. */
  readonly load: LoadProgram;
  /** Whose processor time counts, by part. */
  readonly parts: Readonly<Record<string, number>>;
  /** Processes that hold its live calls in memory. */
  readonly holders: readonly number[];
  readonly temporal?: { readonly namespace: string; workflowId(id: string): string };
  stop(): Promise<void>;
}

/** One whose worker can be killed while the rest goes on. */
export interface Killable {
  readonly contender: Contender;
  /** Holds it still, so that what is handed to it stays undone. */
  freezeWorker(): void;
  killWorker(): Promise<void>;
  startWorker(): Promise<void>;
}
