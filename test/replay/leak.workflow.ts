import { sleep } from '@temporalio/workflow';

let executions = 0;
const known = new Set<number>();
class Counter {
  static counted = 0;
}

/** Asks for a timer as soon as it sees what another execution left in this module. */
export async function counting(): Promise<void> {
  executions += 1;
  known.add(executions);
  Counter.counted += 1;
  if (known.size > 1 || Counter.counted > 1) await sleep(1);
}
