/** What somebody does with a ringing phone. Nothing scripted: it rings in vain. */
export interface Phone {
  readonly answersAfterMs?: number;
  /** Counted from the answer. */
  readonly pressesKeyAfterMs?: number;
  /** `1` if nothing is said. */
  readonly presses?: string;
  /** Counted from the answer. */
  readonly hangsUpAfterMs?: number;
  readonly rejectsAfterMs?: number;
}

export interface TwilioSimulatorSettings {
  /** 0: any free one. */
  readonly port: number;
  readonly accountSid: string;
  readonly authToken: string;
  /** The account's own number, from which it may call. */
  readonly number: string;
  /** What a phone does for which nothing was scripted. */
  readonly phone?: Phone;
  /** How many times faster than life everything simulated goes. */
  readonly speed?: number;
  /** From an accepted request until a phone rings. */
  readonly dialAfterMs?: number;
}

export type Behaviour = Required<Omit<TwilioSimulatorSettings, 'port'>>;

export const behaviourOf = (settings: TwilioSimulatorSettings): Behaviour => ({
  phone: { answersAfterMs: 2_000, pressesKeyAfterMs: 2_000 },
  speed: 1,
  dialAfterMs: 300,
  ...settings,
});
