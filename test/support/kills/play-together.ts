import { setTimeout as pause } from 'node:timers/promises';
import type { MortalProduct } from './mortal-product.js';

export interface Together<T> {
  /** Each arms its own point, if it has one; a kill in one call is one in all that are under way. */
  readonly scripts: readonly { readonly isArmed: boolean; play(): Promise<T> }[];
  /** Until all that is left is over. */
  readonly isOver: () => Promise<void>;
  /** How long each kill is waited for before others begin; for what passes its point late, not long. */
  readonly killedWithinMs?: number;
}

/** What is begun needs some time to come to anything, between two kills. */
const STEADY_MS = 500;
/** A script whose point is not passed by then has a late one, and others begin meanwhile. */
const KILLED_WITHIN_MS = 1_200;
const LOOK_EVERY_MS = 20;

/**
 * Plays scripts on a product that is started again whenever it is killed. They begin one after the
 * other and go on together; the next one begins when a kill is over.
 */
export async function playTogether<T>(
  product: MortalProduct,
  { scripts, isOver, killedWithinMs = KILLED_WITHIN_MS }: Together<T>,
): Promise<T[]> {
  const alive = product.keepAlive();
  try {
    const playing: Promise<T>[] = [];
    for (const { isArmed, play } of scripts) {
      await steady(product);
      playing.push(watched(play()));
      if (isArmed) await death(product, killedWithinMs);
    }
    const played = await Promise.all(playing);
    await isOver();
    return played;
  } finally {
    await product.disarm();
    await alive.stop();
  }
}

async function steady({ uptimes }: MortalProduct): Promise<void> {
  for (;;) {
    const { from = Number.POSITIVE_INFINITY, until = 0 } = uptimes.at(-1) ?? {};
    if (until > Date.now() && Date.now() - from >= STEADY_MS) return;
    await pause(LOOK_EVERY_MS);
  }
}

async function death({ uptimes }: MortalProduct, withinMs: number): Promise<void> {
  const latest = Date.now() + withinMs;
  while ((uptimes.at(-1)?.until ?? 0) > Date.now() && Date.now() < latest) {
    await pause(LOOK_EVERY_MS);
  }
}

/** Fails where it is awaited, which is later. */
function watched<T>(playing: Promise<T>): Promise<T> {
  playing.catch(() => undefined);
  return playing;
}
