import twilio from 'twilio';
import type { DialSeal, SecondDial } from './sealed-dial.js';

/** Whether the caller has to press a key before the other side is dialled. */
export type CallerConfirms = 'key' | 'none';

/** What a call's statuses are reported for, and in its callbacks' addresses the last part. */
export const EVENTS = ['initiated', 'ringing', 'answered', 'completed'] as const;
type Door = 'caller' | 'callee' | 'dial';

/** For how long a key is waited for; a voicemail presses none. */
const KEY_WITHIN_SECONDS = 10;

export interface ScriptSettings {
  /** Where Twilio reaches this service; what it signs begins with it. */
  readonly publicUrl: string;
  readonly confirms: CallerConfirms;
  /** Ours, shown to both. */
  readonly callerNumber: string;
  readonly ringSeconds: number;
  readonly seal: DialSeal;
}

export const doorUrl = (publicUrl: string, token: string, door: Door): string =>
  `${publicUrl.replace(/\/$/, '')}/webhooks/twilio/${token}/${door}`;

/** What the caller hears first. Either way we are asked before the other side is dialled. */
export function greeting(settings: ScriptSettings, token: string, dial: SecondDial): string {
  const { publicUrl, confirms, seal } = settings;
  const sealed = new URLSearchParams({ to: seal.seal(token, dial) }).toString();
  const action = `${doorUrl(publicUrl, token, 'dial')}?${sealed}`;
  const script = new twilio.twiml.VoiceResponse();
  if (confirms === 'none') {
    script.redirect({ method: 'POST' }, action);
    return script.toString();
  }
  script
    .gather({ input: ['dtmf'], numDigits: 1, timeout: KEY_WITHIN_SECONDS, action, method: 'POST' })
    .say('Press any key to be connected.');
  script.hangup();
  return script.toString();
}

/** Rings the other side; both are joined when it answers. */
export function secondLeg(
  { publicUrl, callerNumber, ringSeconds }: ScriptSettings,
  token: string,
  { callee, maxSeconds }: SecondDial,
): string {
  const script = new twilio.twiml.VoiceResponse();
  script
    .dial({
      answerOnBridge: true,
      callerId: callerNumber,
      timeout: ringSeconds,
      timeLimit: maxSeconds,
    })
    .number(
      {
        statusCallback: doorUrl(publicUrl, token, 'callee'),
        statusCallbackEvent: [...EVENTS],
        statusCallbackMethod: 'POST',
      },
      callee,
    );
  return script.toString();
}

export function goodbye(): string {
  const script = new twilio.twiml.VoiceResponse();
  script.hangup();
  return script.toString();
}

export const nothingToSay = (): string => new twilio.twiml.VoiceResponse().toString();
