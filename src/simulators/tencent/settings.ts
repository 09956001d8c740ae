import type { Device } from './devices.js';

/** Where the documents contradict each other, either can be had. */
export interface Shapes {
  /** One page's answer to a start carries the id of the call, the other's ends before it. */
  readonly startAnswer: 'with-call-id' | 'without-call-id';
  /** Accounts of digits alone: one page prints them as numbers, beyond 53 bits. */
  readonly accounts: 'text' | 'number';
  readonly callbackMedia: 'MediaType' | 'CallMediaType';
  /** The spellings of the Chinese page, or of the English one. */
  readonly actions: 'zh' | 'en';
  readonly calleeList: 'with-caller' | 'without-caller';
}

export interface TencentSimulatorSettings {
  /** 0: any free one. */
  readonly port: number;
  readonly sdkAppId: number;
  readonly secretKey: string;
  readonly administrators?: readonly string[];
  /** As if `set_callback` had named it, with every command. */
  readonly callbackUrl?: string;
  /** What the phones of a callee do for whom no script was given. */
  readonly devices?: readonly Device[];
  /** How many times faster than life everything simulated goes; recorded times stay true. */
  readonly speed?: number;
  readonly recordDelayMs?: number;
  /** How long a phone may be silent before its user counts as offline. */
  readonly heartbeatMs?: number;
  /** Of each command. */
  readonly ratePerSecond?: number;
  /** Undocumented: what the record says of a call that `end_call` ended while it rang. */
  readonly resultOfEndCall?: string;
  readonly shapes?: Partial<Shapes>;
  readonly delivery?: Delivery;
  /**
   * The pauses before a callback is sent again that was not taken; none by default, as with callbacks
   * of Chat. The older Call service documents 0, 1, 1, 2, 3 and 5 seconds.
   */
  readonly callbackRetryMs?: readonly number[];
}

/** How callbacks travel: `shuffled` ones overtake each other, and `none` arrives. */
export type Delivery = 'once' | 'twice' | 'shuffled' | 'none';

export const DEFAULT_SHAPES: Shapes = {
  startAnswer: 'with-call-id',
  accounts: 'text',
  callbackMedia: 'CallMediaType',
  actions: 'zh',
  calleeList: 'with-caller',
};

/** Everything has its value, and `shapes` and `delivery` may be exchanged while it runs. */
export type Behaviour = Required<Omit<TencentSimulatorSettings, 'port' | 'callbackUrl'>> & {
  shapes: Shapes;
  delivery: Delivery;
};

export const behaviourOf = (settings: TencentSimulatorSettings): Behaviour => ({
  administrators: ['administrator', 'admin'],
  devices: [{ does: 'answer', afterMs: 2_000 }],
  speed: 1,
  recordDelayMs: 5_000,
  heartbeatMs: 30_000,
  ratePerSecond: 200,
  resultOfEndCall: 'Cancel',
  delivery: 'once',
  callbackRetryMs: [],
  ...settings,
  shapes: { ...DEFAULT_SHAPES, ...settings.shapes },
});
