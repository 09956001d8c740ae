import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    readonly effort: number;
  }
}

/** How many random cases to try where `usual` of them are enough for every day. */
export const runs = (usual: number): number => usual * inject('effort');
