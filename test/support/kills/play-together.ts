import { setTimeout as pause } from 'node:timers/promises';
import type { MortalProduct } from './mortal-product.js';

/** What is to be played; it arms its own point, if it has one. */
export interface Playable<T> {
  readonly isArmed: boolean;
  play(): Promise<T>;
}

export interface Together<T> {
  readonly scripts: readonly Playable<T>[];
  /** Until all that is left is over. */
  readonly isOver: () => Promise<void>;
  /** How long each kill is waited for before others begin; for what passes its point late, not long. */
  readonly killedWithinMs?: number;
}

/** What is begun needs some time to come to anything, between two kills. */
const STEADY_MS = 500;
/**
 * A script whose point is not passed by then has a late one, and others begin meanwhile. Where a start
 * takes long, so does the way to a point.
 */
const KILLED_WITHIN_MS = 1_200;
const KILLED_WITHIN_STARTS = 0.4;
const LOOK_EVERY_MS = 20;
/** Longer than a start takes on the busiest machine. */
const UP_WITHIN_MS = 180_000;

/** Plays scripts on a product that is kept alive meanwhile, until all that is left is over. */
export async function playTogether<T>(
  product: MortalProduct,
  { scripts, isOver, killedWithinMs = KILLED_WITHIN_MS }: Together<T>,
): Promise<T[]> {
  const alive = product.keepAlive();
  try {
    const played = await playAll(product, scripts, killedWithinMs);
    await isOver();
    return played;
  } finally {
    await product.disarm();
    await alive.stop();
  }
}

/**
 * On a product that is started again whenever it is killed; a kill in one call is one in all that are
 * under way. They begin one after the other and go on together; the next one begins when a kill is
 * over. Resolves when everybody has done what they do: their calls may live on.
 */
export async function playAll<T>(
  product: MortalProduct,
  scripts: readonly Playable<T>[],
  killedWithinMs = KILLED_WITHIN_MS,
): Promise<T[]> {
  const playing: Promise<T>[] = [];
  for (const { isArmed, play } of scripts) {
    await steady(product);
    playing.push(watched(play()));
    if (isArmed) await death(product, killedWithinMs);
  }
  return Promise.all(playing);
}

/** Up, and for some time. */
export async function steady({ uptimes }: MortalProduct): Promise<void> {
  const latest = Date.now() + UP_WITHIN_MS;
  while (Date.now() < latest) {
    const { from = Number.POSITIVE_INFINITY, until = 0 } = uptimes.at(-1) ?? {};
    if (until > Date.now() && Date.now() - from >= STEADY_MS) return;
    await pause(LOOK_EVERY_MS);
  }
  throw new Error(`the product was not up for ${STEADY_MS} ms within ${UP_WITHIN_MS}`);
}

async function death({ uptimes }: MortalProduct, withinMs: number): Promise<void> {
  const { startMs = 0 } = uptimes.at(-1) ?? {};
  const latest = Date.now() + Math.max(withinMs, KILLED_WITHIN_STARTS * startMs);
  while ((uptimes.at(-1)?.until ?? 0) > Date.now() && Date.now() < latest) {
    await pause(LOOK_EVERY_MS);
  }
}

/** Fails where it is awaited, which is later. */
function watched<T>(playing: Promise<T>): Promise<T> {
  playing.catch(() => undefined);
  return playing;
}
