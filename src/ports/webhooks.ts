import type { OutwardEvent } from '../call/step.js';
import type { RecordedEvent } from './call-history.js';

/** Of whom a call has something to tell. */
export interface DeliveryQueue {
  readonly callId: number;
  readonly endpointId: string;
}

export interface WebhookEndpoint {
  readonly id: string;
  readonly url: string;
  /** Absent: every type. */
  readonly eventTypes?: readonly OutwardEvent['type'][];
  readonly status: 'enabled' | 'disabled';
  /** `gone`: it answered 410. */
  readonly disabledBecause?: 'gone' | 'asked';
  /** Milliseconds since the epoch, as all times here. */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Until when the secret before the last rotation signs as well. */
  readonly formerSecretUntil?: number;
}

export type EndpointChange = Partial<Pick<WebhookEndpoint, 'url' | 'status'>> & {
  /** `null`: every type. */
  readonly eventTypes?: WebhookEndpoint['eventTypes'] | null;
};

export interface SecretRotation {
  readonly secret: string;
  readonly now: number;
  /** Until when the former secret signs as well. */
  readonly formerUntil: number;
}

/** Rejects with `StoreUnavailable` when the store is away. */
export interface WebhookEndpoints {
  /** Whether it was created: no two endpoints have one URL. */
  create(endpoint: WebhookEndpoint, secret: string): Promise<boolean>;
  list(): Promise<WebhookEndpoint[]>;
  find(id: string): Promise<WebhookEndpoint | undefined>;
  /** What waits for one that is disabled is given up. */
  change(
    id: string,
    change: EndpointChange,
    now: number,
  ): Promise<WebhookEndpoint | 'url-taken' | undefined>;
  remove(id: string): Promise<boolean>;
  /** A rotation under way, whose former secret is still valid, is answered again and not repeated. */
  rotate(
    id: string,
    rotation: SecretRotation,
  ): Promise<{ readonly endpoint: WebhookEndpoint; readonly secret: string } | undefined>;
  /** Every secret that signs now, the current one first; none whose key is gone. */
  secretsOf(id: string, now: number): Promise<readonly string[]>;
}

export interface WebhookAttempt {
  readonly at: number;
  readonly durationMs: number;
  /** Absent when there was no answer. */
  readonly httpStatus?: number;
  /** Why there was none. */
  readonly error?: string;
  /** The beginning of the answer's body. */
  readonly excerpt: string;
}

/** `pending`: it is yet to be sent. `dead`: it was given up. */
export type DeliveryStatus = 'pending' | 'delivered' | 'dead';

export interface WebhookDelivery extends DeliveryQueue {
  readonly id: number;
  readonly eventId: string;
  readonly type: OutwardEvent['type'];
  readonly version: number;
  readonly status: DeliveryStatus;
  readonly createdAt: number;
  /** When it is tried next, or was to be tried last. */
  readonly dueAt: number;
  readonly attempts: readonly WebhookAttempt[];
}

export interface DueDelivery {
  readonly id: number;
  /** Attempts so far, and since when, both from the last time that it was asked for. */
  readonly tried: number;
  readonly since: number;
  readonly url: string;
  /** As `WebhookEndpoints.secretsOf`. */
  readonly secrets: readonly string[];
  readonly event: RecordedEvent;
}

export type NextDelivery =
  | { readonly kind: 'due'; readonly delivery: DueDelivery }
  | { readonly kind: 'wait'; readonly until: number }
  | { readonly kind: 'none' };

/** `gone`: the endpoint wants nothing any more, and is disabled. `wait`: this was no attempt. */
export type DeliveryOutcome =
  | { readonly kind: 'delivered' | 'dead' | 'gone' }
  | { readonly kind: 'retry' | 'wait'; readonly at: number };

export interface DeliveryFilter {
  readonly endpointId?: string;
  readonly callId?: number;
  readonly status?: DeliveryStatus;
}

/** Rejects with `StoreUnavailable` when the store is away. */
export interface WebhookDeliveries {
  /** The first of a call for an endpoint that is not settled: later ones wait for it. */
  next(queue: DeliveryQueue, now: number): Promise<NextDelivery>;
  /** Whether that changed anything: what somebody else has settled, or disabled, stays as it is. */
  settle(
    queue: DeliveryQueue,
    deliveryId: number,
    attempt: WebhookAttempt,
    outcome: DeliveryOutcome,
  ): Promise<boolean>;
  /** Newest first, those before the given id. */
  list(
    filter: DeliveryFilter,
    before: number | undefined,
    limit: number,
  ): Promise<WebhookDelivery[]>;
  /** Has it sent once more, as if for the first time. */
  again(id: number, now: number): Promise<WebhookDelivery | 'disabled' | undefined>;
  /** Those that were due before this time, and have not been sent: the longest overdue first. */
  overdue(before: number, limit: number): Promise<DeliveryQueue[]>;
  /**
   * Settles some of what waits for endpoints that are disabled, and removes some of what removed ones
   * were told. Whether there may be more.
   */
  tidy(): Promise<boolean>;
}

/** What is posted: the same id at each attempt. */
export interface WebhookMessage {
  readonly id: string;
  readonly endpointId: string;
  readonly url: string;
  readonly secrets: readonly string[];
  readonly body: string;
}

/** As much as may be is on its way to this endpoint; `silent`: that is little, for it does not answer. */
export type NoRoom = 'full' | 'silent';

export interface WebhookAnswer extends WebhookAttempt {
  /** Milliseconds, where the endpoint asked for a pause. */
  readonly retryAfterMs?: number;
  /** Why it was not sent. */
  readonly noRoom?: NoRoom;
}

/** Never rejects. What no secret signs is a failed attempt, and not sent. */
export interface WebhookSender {
  send(message: WebhookMessage): Promise<WebhookAnswer>;
  /** Why a URL cannot be an endpoint, without asking anybody; `undefined` where it may be one. */
  objection(url: string): string | undefined;
}

/** Sees to it that somebody delivers what waits. A hint: what is lost of it is found by a sweep. */
export interface DeliveryWaker {
  wake(queue: DeliveryQueue): Promise<void>;
}
