/** Undoes what was begun, last begun first, whatever goes wrong with one step. */
export class Undo {
  readonly #steps: (() => Promise<unknown>)[] = [];
  readonly #onError: (error: unknown) => void;
  #hasRun = false;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** What is begun only after all was undone is undone at once. */
  add(step: () => Promise<unknown>): void {
    if (this.#hasRun) void step().catch(this.#onError);
    else this.#steps.unshift(step);
  }

  async run(): Promise<void> {
    this.#hasRun = true;
    for (const step of this.#steps.splice(0)) await step().catch(this.#onError);
  }
}
