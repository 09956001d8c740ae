import { sleep } from '@temporalio/workflow';

let executions = 0;

/** Asks for a timer as soon as it sees what another execution left in this module. */
export async function counting(): Promise<void> {
  executions += 1;
  if (executions > 1) await sleep(1);
}

/** What a leak would look like. */
export async function countingTwice(): Promise<void> {
  await counting();
  await counting();
}
