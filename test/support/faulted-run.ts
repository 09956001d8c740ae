import { setTimeout as sleep } from 'node:timers/promises';
import { type Script, startLoad, type ToldCall } from './call-load.js';
import type { Heard } from './insistent-user.js';
import type { LinkFault } from './link-faults.js';
import type { LinkedService, LinkName } from './linked-service.js';
import { type LoneCreate, startLoneCreates } from './lone-creates.js';
import type { FaultCounts } from './tcp-proxy.js';
import { startWitness, type Witnessed } from './witness.js';

/** One fault on one link under load, from calm to calm. */
export interface FaultedRun {
  /** By how much the counters of the proxy went up. */
  readonly fired: FaultCounts;
  /** From the end of the fault until a call that was begun after it ran to its recorded end. */
  readonly backAfterMs: number;
  /** Requests from the moment the fault struck. */
  readonly heard: readonly Heard[];
  /** Calls that ended before the fault. */
  readonly calm: readonly Script[];
  readonly lone: readonly LoneCreate[];
  readonly witness: Witnessed;
  /** Whatever was acknowledged to its end. */
  readonly told: readonly ToldCall[];
}

const PAIRS = 2;
const CALM_SCRIPTS = 4;
const CALM_LIMIT_MS = 180_000;
const BACK_LIMIT_MS = 200_000;
/** Longer than any fault lasts and takes to be over. */
const PATIENCE_MS = 240_000;
const LOOK_EVERY_MS = 50;

interface Chance {
  readonly seed: number;
  readonly random: () => number;
}

export async function playFault(
  { url, directUrl, links, audit }: LinkedService,
  link: LinkName,
  fault: LinkFault,
  { seed, random }: Chance,
): Promise<FaultedRun> {
  const heard: Heard[] = [];
  const scripts: Script[] = [];
  const onHeard = (each: Heard) => void heard.push(each);
  const onScript = (script: Script) => void scripts.push(script);
  const people = { url, random, patienceMs: PATIENCE_MS, onHeard };
  const load = startLoad({ ...people, urls: [url], seed, pairs: PAIRS, onScript });
  const witness = await startWitness({ ...people, url: directUrl });
  const lone = startLoneCreates(people);
  try {
    await until(() => scripts.length >= CALM_SCRIPTS, CALM_LIMIT_MS);
    const calm = [...scripts];
    const before = links[link].counts();
    const struckAt = Date.now();
    const playing = fault.play(links[link], random);
    lone.crowd();
    await playing;
    const healedAt = Date.now();
    const isAfter = ({ from }: Script) => from >= healedAt;
    const first = await until(() => scripts.find(isAfter), BACK_LIMIT_MS);
    await audit.recorded(first.call);
    const backAfterMs = Date.now() - healedAt;
    const fired = difference(links[link].counts(), before);
    const witnessed = await witness.hangUp();
    const settled = await lone.settled();
    const told = [...(await load.finished()), witnessed.call];
    const since = heard.filter(({ at }) => at >= struckAt);
    return { fired, backAfterMs, heard: since, calm, lone: settled, witness: witnessed, told };
  } finally {
    witness.stop();
    lone.stop();
    load.finished().catch(() => undefined);
  }
}

async function until<T>(look: () => T | false | undefined, ms: number): Promise<T> {
  const latest = Date.now() + ms;
  for (;;) {
    const seen = look();
    if (seen !== false && seen !== undefined) return seen;
    if (Date.now() > latest) throw new Error(`not within ${ms / 1_000} s: ${look}`);
    await sleep(LOOK_EVERY_MS);
  }
}

const difference = (after: FaultCounts, before: FaultCounts): FaultCounts => ({
  delayedBytes: after.delayedBytes - before.delayedBytes,
  swallowedBytes: after.swallowedBytes - before.swallowedBytes,
  resetConnections: after.resetConnections - before.resetConnections,
  silentConnections: after.silentConnections - before.silentConnections,
  halfOpenConnections: after.halfOpenConnections - before.halfOpenConnections,
});
