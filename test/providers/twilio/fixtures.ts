import { onTestFinished } from 'vitest';
import type { PhonePush, RawPush } from '../../../src/ports/phone-pushes.js';
import type { Dial, Telephony } from '../../../src/ports/telephony.js';
import { createTwilioPushes } from '../../../src/providers/twilio/pushes.js';
import type { CallerConfirms, ScriptSettings } from '../../../src/providers/twilio/script.js';
import { createDialSeal } from '../../../src/providers/twilio/sealed-dial.js';
import { createTwilioTelephony } from '../../../src/providers/twilio/telephony.js';
import { readBody, serveOnLoopback } from '../../../src/simulators/loopback-server.js';
import type { TwilioSimulatorSettings } from '../../../src/simulators/twilio/settings.js';
import type { TwilioSimulator } from '../../../src/simulators/twilio/simulator.js';
import { TWILIO, twilioSimulator } from '../../support/twilio.js';

export const CALLER = '+14155550123';
export const CALLEE = '+442079460123';
export const TOKEN = '45001x7Rk2QpLm9';
const ACCOUNT = { sid: TWILIO.accountSid, token: TWILIO.authToken };

export const scriptAt = (publicUrl: string, confirms: CallerConfirms): ScriptSettings => ({
  publicUrl,
  confirms,
  callerNumber: TWILIO.number,
  ringSeconds: 60,
  seal: createDialSeal(TWILIO.authToken),
});

export interface Line {
  readonly simulator: TwilioSimulator;
  readonly telephony: Telephony;
  readonly dial: Dial;
  readonly account: typeof ACCOUNT;
  /** What was admitted and understood, in order. */
  readonly heard: PhonePush[];
  /** What did not come from Twilio, or was not understood. */
  readonly strange: RawPush[];
  /** `undefined`: nobody can say. */
  allows: boolean | undefined;
}

interface LineSettings extends Partial<TwilioSimulatorSettings> {
  readonly confirms?: CallerConfirms;
}

/** A simulated provider, a client of it, and a door for its callbacks behind a path of a proxy's. */
export async function line({ confirms = 'none', ...settings }: LineSettings = {}): Promise<Line> {
  const simulator = await twilioSimulator(settings);
  const there = {
    allows: true as boolean | undefined,
    heard: [] as PhonePush[],
    strange: [] as RawPush[],
  };
  const door = await serveOnLoopback(0, async (request, response) => {
    // The proxy takes its prefix away, as one in front of several services does.
    const target = (request.url ?? '').replace(/^\/behind/, '');
    const [key = '', name = ''] = new URL(target, 'http://door').pathname.split('/').slice(-2);
    const raw = { key, name, target, headers: request.headers, body: await readBody(request) };
    const read = pushes.admits(raw) ? pushes.read(raw) : undefined;
    if (read === undefined) {
      there.strange.push(raw);
      return void response.writeHead(404).end();
    }
    there.heard.push(read.push);
    const isOpen = there.allows === undefined;
    const { contentType, body } =
      (isOpen ? read.askAgain : undefined) ?? read.acknowledge(there.allows === true);
    return void response.writeHead(200, { 'content-type': contentType }).end(body);
  });
  onTestFinished(() => door.stop());
  const script = scriptAt(`${door.url}/behind`, confirms);
  const pushes = createTwilioPushes({ ...TWILIO, script });
  const telephony = createTwilioTelephony({ url: simulator.url, ...TWILIO, script });
  const dial = { account: ACCOUNT, caller: CALLER, callee: CALLEE, token: TOKEN, maxSeconds: 60 };
  return Object.assign(there, { simulator, telephony, dial, account: ACCOUNT });
}

export async function placedOn({ telephony, dial }: Line): Promise<string> {
  const placed = await telephony.place(dial);
  if (placed.kind !== 'accepted') throw new Error(JSON.stringify(placed));
  return placed.providerCallId;
}

/** The calls to a phone, as the simulator has them. */
export const callsTo = ({ simulator }: Line, number: string) =>
  simulator.control.ledger().calls.filter(({ request }) => request.to === number);
export const statusOf = (there: Line, number: string) => callsTo(there, number)[0]?.status;
