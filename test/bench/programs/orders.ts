/** The steps of a call whose time is taken, in their order. Both joins count as one step. */
export const STEPS = ['create', 'accept', 'join', 'hangup'] as const;
export type Step = (typeof STEPS)[number];

/** One way to have calls: the same steps, whatever answers them. */
export interface CallFlow {
  /** Resolves with the call's id, once it rings. */
  create(ringSeconds: number): Promise<string>;
  accept(id: string): Promise<void>;
  join(id: string, side: 'caller' | 'callee'): Promise<void>;
  hangup(id: string): Promise<void>;
}

/** What a program that makes load can be told to do. */
export type Order =
  | {
      readonly kind: 'calls';
      readonly users: number;
      readonly ms: number;
      readonly pauseMs: number;
    }
  /** Opens as many calls as can be opened in that time. */
  | {
      readonly kind: 'open';
      readonly count: number;
      readonly withinMs: number;
      readonly ringSeconds: number;
    }
  /** Accepts some of the open calls, all at once, each until it is answered. */
  | { readonly kind: 'accept'; readonly count: number; readonly seed: number };

export interface Answers {
  calls: {
    readonly calls: number;
    /** Calls that were given up at a step that was refused or not answered. */
    readonly failed: number;
    readonly elapsedMs: number;
    readonly steps: Readonly<Record<Step, readonly number[]>>;
  };
  open: { readonly ids: readonly string[] };
  accept: { readonly latencies: readonly number[] };
}
export type AnswerTo<K extends Order['kind']> = Answers[K];

export type Reply =
  | { readonly ready: true }
  | { readonly answer: Answers[Order['kind']] }
  | { readonly failure: string };
