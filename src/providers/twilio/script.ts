import twilio from 'twilio';
import type { DialSeal, SecondDial } from './sealed-dial.js';

/** Whether the caller has to press a key before the other side is dialled. */
export type CallerConfirms = 'key' | 'none';

/** What a call's statuses are reported for, and in its callbacks' addresses the last part. */
export const EVENTS = ['initiated', 'ringing', 'answered', 'completed'] as const;
type Door = 'caller' | 'callee' | 'dial';

/** For how long a key is waited for; a voicemail presses none. */
const KEY_WITHIN_SECONDS = 10;
/** While nobody can say whether the other side may be dialled, the caller waits this long. */
const AGAIN_AFTER_SECONDS = 1;
const MOST_QUESTIONS = 8;
/** Members of the addresses that are called back. */
const SEALED = 'to';
const QUESTION = 'question';
const LIMIT = 'limit';

export interface ScriptSettings {
  /** Where Twilio reaches this service; what it signs begins with it. */
  readonly publicUrl: string;
  readonly confirms: CallerConfirms;
  /** Ours, shown to both. */
  readonly callerNumber: string;
  readonly ringSeconds: number;
  readonly seal: DialSeal;
}

/** What addresses that Twilio sees begin with; a path of ours follows. */
export const baseOf = (publicUrl: string): string => publicUrl.replace(/\/$/, '');

export const doorUrl = (publicUrl: string, token: string, door: Door): string =>
  `${baseOf(publicUrl)}/webhooks/twilio/${token}/${door}`;

/** What the caller hears first. Either way we are asked before the other side is dialled. */
export function greeting(settings: ScriptSettings, token: string, dial: SecondDial): string {
  const { publicUrl, confirms, seal } = settings;
  const sealed = new URLSearchParams({ [SEALED]: seal.seal(token, dial) }).toString();
  const action = `${doorUrl(publicUrl, token, 'dial')}?${sealed}`;
  const script = new twilio.twiml.VoiceResponse();
  if (confirms === 'none') {
    script.redirect({ method: 'POST' }, action);
    return script.toString();
  }
  script
    .gather({
      input: ['dtmf'],
      numDigits: 1,
      // Any key will do: unset, # would end what nobody has begun.
      finishOnKey: '',
      timeout: KEY_WITHIN_SECONDS,
      action,
      method: 'POST',
    })
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
        statusCallback: `${doorUrl(publicUrl, token, 'callee')}?${LIMIT}=${maxSeconds}`,
        statusCallbackEvent: [...EVENTS],
        statusCallbackMethod: 'POST',
      },
      callee,
    );
  return script.toString();
}

/** What is in an address that is called back, `target` being its path and query. */
export function membersOfDoor(target: string) {
  const members = new URLSearchParams(target.split('?')[1]);
  return {
    sealed: members.get(SEALED) ?? '',
    questions: Number(members.get(QUESTION) ?? 1),
    limitSeconds: Number(members.get(LIMIT) ?? Number.NaN),
  };
}

/** The same question again in a moment; `undefined` once it was put too often. */
export function questionAgain({ publicUrl }: ScriptSettings, target: string): string | undefined {
  const { sealed, questions } = membersOfDoor(target);
  if (questions >= MOST_QUESTIONS) return undefined;
  const members = { [SEALED]: sealed, [QUESTION]: String(questions + 1) };
  const [path] = target.split('?');
  const script = new twilio.twiml.VoiceResponse();
  script.pause({ length: AGAIN_AFTER_SECONDS });
  script.redirect(
    { method: 'POST' },
    `${baseOf(publicUrl)}${path}?${new URLSearchParams(members)}`,
  );
  return script.toString();
}

export function goodbye(): string {
  const script = new twilio.twiml.VoiceResponse();
  script.hangup();
  return script.toString();
}

export const nothingToSay = (): string => new twilio.twiml.VoiceResponse().toString();
