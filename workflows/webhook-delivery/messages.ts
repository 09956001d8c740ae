import { defineSignal } from '@temporalio/workflow';
import { WAKE_SIGNAL } from '../../src/contract/names.js';

/** There is more to deliver, or it is to be tried now. */
export const wakeSignal = defineSignal(WAKE_SIGNAL);
