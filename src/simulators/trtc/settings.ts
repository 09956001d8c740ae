export interface TrtcSimulatorSettings {
  /** 0: any free one. */
  readonly port: number;
  readonly sdkAppId: number;
  /** Signs users in. */
  readonly secretKey: string;
  /** Of the cloud API. */
  readonly apiSecretId: string;
  readonly apiSecretKey: string;
  /** Which number a numeric room has in `RoomIdType`: the documents contradict each other. */
  readonly numericRoomIs?: 0 | 1;
  /** How long a stream plays for which nothing else is said, in milliseconds. */
  readonly streamMs?: number;
  /** How many times faster than life everything simulated goes. */
  readonly speed?: number;
  /** Of each action. */
  readonly ratePerSecond?: number;
  /** Where callbacks go; nowhere if it is empty. */
  readonly callbackUrl?: string;
  readonly callbackKey?: string;
}

export type TrtcBehaviour = Required<TrtcSimulatorSettings>;

export const trtcBehaviourOf = (settings: TrtcSimulatorSettings): TrtcBehaviour => ({
  numericRoomIs: 1,
  streamMs: 10_000,
  speed: 1,
  ratePerSecond: 20,
  callbackUrl: '',
  callbackKey: '',
  ...settings,
});
