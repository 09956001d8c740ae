export interface Fault<Kind extends string = string> {
  /** The command, or the callback, that it happens to. */
  readonly on: string;
  readonly kind: Kind;
  /** Only in calls of this robot; in anybody's if nothing is said. */
  readonly robot?: string;
  /** Only in calls that are placed for this number, or in requests about the account of this name. */
  readonly caller?: string;
  /** How many times; once if nothing is said. */
  readonly times?: number;
  readonly ms?: number;
  readonly status?: number;
  readonly code?: number;
  /** Whether the command is carried out all the same. */
  readonly effect?: boolean;
}

export interface FaultCount<Kind extends string> {
  readonly fault: Fault<Kind>;
  readonly fired: number;
}

export interface FaultRules<Kind extends string> {
  add(fault: Fault<Kind>): void;
  /** The fault that happens to this occurrence, which is counted. */
  next(on: string, whose?: string): Fault<Kind> | undefined;
  counts(): readonly FaultCount<Kind>[];
  clear(): void;
}

/** Faults wait for their occasions in the order in which they were ordered. */
export function createFaultRules<Kind extends string>(): FaultRules<Kind> {
  let rules: { readonly fault: Fault<Kind>; fired: number }[] = [];
  return {
    add(fault) {
      rules.push({ fault, fired: 0 });
    },
    next(on, whose) {
      const isMeant = ({ fault }: { readonly fault: Fault<Kind> }) => {
        const only = fault.robot ?? fault.caller;
        return fault.on === on && (only === undefined || only === whose);
      };
      const due = rules.find((rule) => isMeant(rule) && rule.fired < (rule.fault.times ?? 1));
      if (due === undefined) return undefined;
      due.fired += 1;
      return due.fault;
    },
    counts: () => rules.map((rule) => ({ ...rule })),
    clear() {
      rules = [];
    },
  };
}
