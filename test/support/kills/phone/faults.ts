import type { Fault, FaultCount } from '../../../../src/simulators/fault-rules.js';
import type { Ordered, PhoneFault } from './provider.js';

/** A code of the provider's, and whether the request is carried out all the same. */
export type Code = Pick<Fault, 'code' | 'status' | 'effect'>;

const WITH_OR_WITHOUT: readonly Pick<Fault, 'effect'>[] = [{}, { effect: false }];
/** Late enough for what comes after it to come first. */
const LATE_MS = 1_500;

export function named(
  rule: Fault,
  more: Omit<PhoneFault, 'name' | 'on' | 'kind' | 'rules'> = {},
): PhoneFault {
  const { on, kind, code, effect } = rule;
  const words = [on, kind, code, effect === undefined ? undefined : `effect ${effect}`];
  const name = words.filter((word) => word !== undefined).join(' ');
  return { name, on, kind, rules: [rule], ...more };
}

/** What may become of a request on its way, and of its answer, whoever is asked; `tooSlowMs` is. */
export const ofRequest = (
  on: string,
  tooSlowMs: number,
  codes: readonly Code[],
): readonly PhoneFault[] => [
  ...WITH_OR_WITHOUT.flatMap((effect) => [
    named({ on, kind: 'lose-answer', ...effect }),
    named({ on, kind: 'status', ...effect }),
  ]),
  named({ on, kind: 'slow-effect', ms: tooSlowMs }),
  named({ on, kind: 'slow-answer', ms: tooSlowMs }),
  named({ on, kind: 'malformed' }),
  ...codes.map((code) => named({ on, kind: 'code', ...code })),
];

export const ofPush = (on: string): readonly PhoneFault[] => [
  named({ on, kind: 'lose-answer' }),
  named({ on, kind: 'twice' }),
  named({ on, kind: 'slow-effect', ms: LATE_MS }),
];

/** Refused, or carried out and answered in a way from which nobody can tell. */
export const ofPlacing = (fault: PhoneFault): PhoneFault => {
  const [rule] = fault.rules;
  const isCarriedOut = rule?.effect ?? rule?.kind !== 'code';
  return isCarriedOut ? { ...fault, isLost: true } : fault;
};

/** What was ordered of a simulator. The last rule of a fault is the fault, the others lead to it. */
export function orderBook<Rule extends Fault>() {
  const book = new Map<Fault, PhoneFault>();
  return {
    enter(fault: PhoneFault, rules: readonly Rule[]): void {
      const last = rules.at(-1);
      if (last !== undefined) book.set(last, fault);
    },
    ordered: (counts: readonly FaultCount<string>[]): Ordered[] =>
      counts.flatMap(({ fault: rule, fired }) => {
        const fault = book.get(rule);
        return fault === undefined ? [] : [{ fault, fired }];
      }),
  };
}
