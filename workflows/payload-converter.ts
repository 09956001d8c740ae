import { defaultPayloadConverter, type Payload, type PayloadConverter } from '@temporalio/workflow';

/** What a payload that cannot be decoded becomes; no command accepts it. */
export const UNDECODABLE = Object.freeze({ undecodable: true });

/** A bad payload from the UI or CLI must be refused like any bad input, not wedge the call. */
export const payloadConverter: PayloadConverter = {
  toPayload: (value: unknown): Payload => defaultPayloadConverter.toPayload(value),
  fromPayload<T>(payload: Payload): T {
    try {
      return defaultPayloadConverter.fromPayload<T>(payload);
    } catch {
      return UNDECODABLE as T;
    }
  },
};
