import type { FaultedRun } from './faulted-run.js';
import type { Heard } from './insistent-user.js';

/** What callers saw of a fault, in figures. */
export interface FaultReport {
  readonly fired: Readonly<Record<string, number>>;
  /** How often each code was answered, by what was asked. */
  readonly answers: Readonly<Record<string, number>>;
  readonly slowestMs: { readonly command: number; readonly state: number };
  /** What a request that asks nobody takes at most: how busy this machine is. */
  readonly slackMs: number;
  readonly backAfterMs: number;
  readonly readiness: readonly string[];
  readonly calls: number;
}

export function reportOf({ fired, heard, backAfterMs, witness, told }: FaultedRun): FaultReport {
  const slowest = (isMeant: (each: Heard) => boolean) =>
    heard.reduce((most, each) => (isMeant(each) && each.ms > most ? each.ms : most), 0);
  const answers: Record<string, number> = {};
  for (const { name, answer } of heard) {
    if (isHealth(name)) continue;
    const key = `${name} ${answer}`;
    answers[key] = (answers[key] ?? 0) + 1;
  }
  return {
    fired: Object.fromEntries(Object.entries(fired).filter(([, times]) => times > 0)),
    answers,
    slowestMs: {
      command: slowest(({ name }) => !isHealth(name) && name !== 'state'),
      state: slowest(({ name }) => name === 'state'),
    },
    slackMs: slowest(({ name }) => name === 'healthz'),
    backAfterMs,
    readiness: witness.readiness,
    calls: told.length,
  };
}

const isHealth = (name: string): boolean => name === 'readyz' || name === 'healthz';

/** Answers of the API that nobody may get, whatever is out of order behind it. */
export const undocumented = ({ heard }: Pick<FaultedRun, 'heard'>): readonly Heard[] =>
  heard.filter(({ name, answer }) => {
    if (answer === 0 || answer === 50301) return false;
    return name === 'state' || !(answer === 50401 || (name === 'late accept' && answer === 41006));
  });
