import { onTestFinished } from 'vitest';
import type { TwilioSimulatorSettings } from '../../src/simulators/twilio/settings.js';
import {
  startTwilioSimulator,
  type TwilioSimulator,
} from '../../src/simulators/twilio/simulator.js';

export const TWILIO = {
  accountSid: 'AC0123456789abcdef0123456789abcdef',
  authToken: 'b1946ac92492d2347c6235b4d2611184',
  number: '+14155550100',
};

/** A simulated provider in which nobody takes up a phone. */
export const openTwilio = (
  settings: Partial<TwilioSimulatorSettings> = {},
): Promise<TwilioSimulator> =>
  startTwilioSimulator({ port: 0, ...TWILIO, phone: {}, dialAfterMs: 0, ...settings });

/** The same, ended with the test. */
export async function twilioSimulator(
  settings: Partial<TwilioSimulatorSettings> = {},
): Promise<TwilioSimulator> {
  const simulator = await openTwilio(settings);
  onTestFinished(() => simulator.stop());
  return simulator;
}
