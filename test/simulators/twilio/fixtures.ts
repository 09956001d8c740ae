import twilio from 'twilio';
import { onTestFinished } from 'vitest';
import { readBody, serveOnLoopback } from '../../../src/simulators/loopback-server.js';
import type { TwilioSimulatorSettings } from '../../../src/simulators/twilio/settings.js';
import type { TwilioSimulator } from '../../../src/simulators/twilio/simulator.js';
import { TWILIO, twilioSimulator } from '../../support/twilio.js';

export const TO = '+14155550123';
export const OTHER = '+14155550124';
export const HANGS_UP = '<Response><Hangup/></Response>';

type Request<T> = Parameters<typeof twilio.RequestClient.prototype.request<T>>[0];

/** The SDK as it is, but for the host it asks. */
class ClientOf extends twilio.RequestClient {
  readonly #origin: string;

  constructor(origin: string) {
    super();
    this.#origin = origin;
  }

  override request<T>(options: Request<T>) {
    const { pathname, search } = new URL(options.uri);
    return super.request<T>({ ...options, uri: this.#origin + pathname + search });
  }
}

export interface Told {
  /** As the simulator was given it. */
  readonly url: string;
  readonly contentType: string | undefined;
  readonly signature: string;
  readonly members: Readonly<Record<string, string>>;
}

export interface There {
  readonly simulator: TwilioSimulator;
  readonly sdk: twilio.Twilio;
  /** Where it calls back, and what it was told there, in the order in which it came. */
  readonly door: string;
  readonly told: readonly Told[];
  /** What the door answers to whoever asks how a script goes on. */
  script: string;
}

export const sdkOf = ({ url }: TwilioSimulator, token: string = TWILIO.authToken): twilio.Twilio =>
  twilio(TWILIO.accountSid, token, { httpClient: new ClientOf(url) });

/** A simulated provider, the published SDK, and somebody who is called back. */
export async function there(settings: Partial<TwilioSimulatorSettings> = {}): Promise<There> {
  const simulator = await twilioSimulator(settings);
  const told: Told[] = [];
  const scene = { script: HANGS_UP };
  const server = await serveOnLoopback(0, async (request, response) => {
    const url = `${server.url}${request.url ?? ''}`;
    const members = Object.fromEntries(new URLSearchParams(await readBody(request)));
    const signature = String(request.headers['x-twilio-signature']);
    told.push({ url, contentType: request.headers['content-type'], signature, members });
    response.writeHead(200, { 'content-type': 'text/xml' }).end(scene.script);
  });
  onTestFinished(() => server.stop());
  return Object.assign(scene, { simulator, sdk: sdkOf(simulator), door: server.url, told });
}

/** What Twilio's code says that the SDK threw. */
export const codeOf = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => 'taken',
    (error: unknown) => (error as { readonly code?: unknown }).code,
  );
