import {
  condition,
  continueAsNew,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { type DeliveryInput, deliverWebhooks } from './activities.js';
import { wakeSignal } from './messages.js';

const LINES_SHOWN = 20;

/**
 * Delivers to one endpoint what one call has to tell it, one event after the other, and waits between
 * attempts. What is owed is in the store: this only keeps the time, and ends when nothing is left.
 */
export async function webhookDelivery(input: DeliveryInput): Promise<void> {
  let woken = false;
  setHandler(wakeSignal, () => {
    woken = true;
  });
  // The signal that came with the start is not another one.
  await condition(() => woken, 1);
  let shown: readonly string[] = [];
  for (;;) {
    woken = false;
    const { waitMs, told } = await deliverWebhooks(input);
    shown = [...shown, ...told].slice(-LINES_SHOWN);
    setCurrentDetails(shown.map((line) => `- ${line}`).join('\n'));
    if (waitMs === undefined && !woken) return;
    if (waitMs !== undefined && waitMs > 0) {
      await condition(() => woken, waitMs, { summary: 'until the next attempt' });
    }
    if (workflowInfo().continueAsNewSuggested) return continueAsNew<typeof webhookDelivery>(input);
  }
}
