import type { ProviderReport } from '../../src/call/events.js';
import type { OutwardEvent } from '../../src/call/step.js';

/** One line of the timeline an operator reads: `v2 accepted, 20002`. */
export function describeEvent({ type, version, userId, terminalId, why }: OutwardEvent): string {
  const what = type.slice('call.'.length).replaceAll('_', ' ');
  return [`v${version} ${what}`, userId, terminalId && `on ${terminalId}`, why]
    .filter((part) => part !== undefined)
    .join(', ');
}

/** What a provider said, as members: `placed providerCallId=35fd577d`. */
export function describeReport({ type, ...members }: ProviderReport): string {
  const told = Object.entries(members).map(([name, value]) =>
    typeof value === 'object' ? `${name}=${JSON.stringify(value)}` : `${name}=${value}`,
  );
  return [type, ...told].join(' ');
}
