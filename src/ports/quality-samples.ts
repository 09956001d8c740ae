export interface QualitySample {
  readonly callId: number;
  readonly userId: string;
  readonly terminalId: string;
  readonly quality: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** The last network quality of each terminal. Samples are batched; a crash may lose the last batch. */
export interface QualitySamples {
  keep(sample: QualitySample): void;
}
