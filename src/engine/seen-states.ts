import type { CallState } from '../call/state.js';

/**
 * What answers have shown of one call, for commands that wait for their turn. A command may be
 * judged only by a state that was asked for after the command had come: what an answer shows that
 * was already on its way may have been over by then.
 */
export class SeenStates {
  #asked = 0;
  #answered = 0;
  #state: CallState | undefined;

  /** How many questions have been asked: what a command that comes now remembers. */
  get asked(): number {
    return this.#asked;
  }

  /** Counts a question; what its answer shows is given to the function that is returned. */
  ask(): (state: CallState) => void {
    this.#asked += 1;
    const question = this.#asked;
    return (state) => this.#keep(question, state);
  }

  /** The newest state, if a question after the first `asked` ones has shown it or one before it. */
  after(asked: number): CallState | undefined {
    return this.#answered > asked ? this.#state : undefined;
  }

  /** Versions only grow, so of two answers the higher one is the later, whichever came first. */
  #keep(question: number, state: CallState): void {
    this.#answered = Math.max(this.#answered, question);
    if (this.#state === undefined || state.version >= this.#state.version) this.#state = state;
  }
}
