import type { Phone } from './phones.js';

export interface YuntongxunSimulatorSettings {
  /** 0: any free one. */
  readonly port: number;
  readonly accountSid: string;
  readonly accountToken: string;
  readonly appId: string;
  /** The application's 鉴权 URL: `/CallAuth`, `/CallEstablish` and `/Hangup` come below it. */
  readonly pushUrl?: string;
  /** What a phone does for which nothing was scripted. */
  readonly phone?: Phone;
  /** How many times faster than life everything simulated goes; recorded times stay true. */
  readonly speed?: number;
  /** From an accepted request until the provider asks whether it may dial. */
  readonly dialAfterMs?: number;
  /** How long a phone rings. */
  readonly ringMs?: number;
  /** From the end of a call until its record is pushed. */
  readonly recordDelayMs?: number;
  /** In which pushes are written. */
  readonly format?: 'xml' | 'json';
  /** Undocumented: what the query says of a call that is requested, …, talking, over. */
  readonly states?: readonly string[];
  /** Undocumented: what a cancel is answered whose condition does not hold, and one of no live call. */
  readonly guardCode?: string;
  readonly noCallCode?: string;
}

export type Behaviour = Required<Omit<YuntongxunSimulatorSettings, 'port' | 'pushUrl'>> & {
  pushUrl: string | undefined;
};

export const behaviourOf = (settings: YuntongxunSimulatorSettings): Behaviour => ({
  phone: { answersAfterMs: 2_000 },
  speed: 1,
  dialAfterMs: 300,
  ringMs: 60_000,
  recordDelayMs: 1_000,
  format: 'xml',
  states: ['0', '1', '2', '3', '4', '5'],
  guardCode: '111703',
  noCallCode: '111704',
  ...settings,
  pushUrl: settings.pushUrl,
});
