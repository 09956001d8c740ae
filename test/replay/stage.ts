import type { Client } from '@temporalio/client';
import type { CallState } from '../../src/call/state.js';
import type { CallEngine } from '../../src/ports/call-engine.js';
import type { Delivered } from '../../workflows/webhook-delivery/activities.js';
import type { MediaInMemory } from '../support/media-in-memory.js';
import type { ProviderInMemory } from '../support/provider-in-memory.js';
import type { TelephonyInMemory } from '../support/telephony-in-memory.js';

/** What a story is played on. */
export interface Stage {
  readonly client: Client;
  readonly engine: CallEngine;
  /** While it is away, nothing can be written. */
  readonly store: { isAway: boolean };
  /** Where robot calls are placed; a new one for each story. */
  readonly provider: ProviderInMemory;
  /** Where phone calls are placed; a new one for each story. */
  readonly telephony: TelephonyInMemory;
  /** Where streams are played; a new one for each story. */
  readonly media: MediaInMemory;
  /** What looks at the queue of an endpoint will find, one after the other; after them nothing. */
  readonly looks: Delivered[];
  /** What the store would find by a provider’s id. */
  readonly known: CallState[];
}

export interface Told {
  readonly callId: number;
  /** Of the workflow whose history is kept, if not the call's own. */
  readonly workflowId?: string;
  /** Which run of the call is kept; a call that continued as new has two. */
  readonly runId?: string;
}

/** One run of a call that has several. */
export type ToldRun = Told & Required<Pick<Told, 'runId'>>;

export type Story = (stage: Stage) => Promise<Told>;
