import type { OutwardEvent } from '../../src/call/step.js';

/** One line of the timeline an operator reads: `v2 accepted, 20002`. */
export function describeEvent({ type, version, userId, terminalId, why }: OutwardEvent): string {
  const what = type.slice('call.'.length).replaceAll('_', ' ');
  return [`v${version} ${what}`, userId, terminalId && `on ${terminalId}`, why]
    .filter((part) => part !== undefined)
    .join(', ');
}
