/** Undoes what was begun, last begun first, whatever goes wrong with one step. */
export class Undo {
  readonly #steps: (() => Promise<unknown>)[] = [];

  add(step: () => Promise<unknown>): void {
    this.#steps.unshift(step);
  }

  async run(onError: (error: unknown) => void): Promise<void> {
    for (const step of this.#steps.splice(0)) await step().catch(onError);
  }
}
