import type { HistoryCost } from '../measures/history.js';
import type { Memory } from '../measures/memory.js';
import type { Recovery } from '../measures/recovery.js';
import type { Slot } from '../measures/throughput.js';
import type { Lateness } from '../measures/timers.js';
import type { Plan } from '../options.js';
import type { TemporalKind } from '../stage.js';

/** Everything one run has measured. */
export interface Results {
  readonly kind: TemporalKind;
  readonly plan: Plan;
  readonly machine: readonly string[];
  readonly history: readonly HistoryCost[];
  readonly slots: readonly Slot[];
  readonly memory: readonly Memory[];
  readonly lateness: readonly Lateness[];
  readonly recovery: readonly Recovery[];
}
