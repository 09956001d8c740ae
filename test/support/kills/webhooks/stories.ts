import { setTimeout as pause } from 'node:timers/promises';
import { insistentCall, type Party } from '../../insistent-call.js';
import type { Backend, Endpoint } from './backend.js';
import type { Listener, Mood } from './listener.js';
import type { Story } from './plan.js';

/** Where a story is played, by people who are in no other. */
export interface Stage {
  readonly caller: Party;
  readonly callee: Party;
  readonly backend: Backend;
  listener(mood: Mood): Promise<Listener>;
  /** Two endpoints that hear of every call: one takes what it is told, one only the second time. */
  readonly steady: Endpoint;
  readonly moody: Endpoint;
  /**
   * From here on the product is killed at the point that this is about, where this endpoint is meant,
   * or any; what knows of no endpoint, where the caller is named.
   */
  armed(endpoint?: Endpoint): Promise<void>;
}

/** What an endpoint must have of the call of its story when all is over. */
export interface Owed {
  readonly callId: number;
  /** Beside the two that hear of every call. */
  readonly endpoint?: Endpoint;
  readonly is?: 'told' | 'told nothing' | 'gone';
  /** An event that was sent once more. */
  readonly again?: string;
}

type Script = (stage: Stage) => Promise<Owed>;

const LOOK_EVERY_MS = 100;

async function talk(stage: Stage, atRing: () => Promise<void> = async () => undefined) {
  const { caller, callee } = stage;
  const call = await insistentCall({ caller, callee });
  await atRing();
  await call.accept();
  await call.hangUp(caller, caller.terminal, 'done');
  return { callId: call.callId };
}

async function endpoint({ backend, listener }: Stage, mood: Mood = 'takes'): Promise<Endpoint> {
  return backend.register(await listener(mood), ['call.ended']);
}

/** An endpoint, of which a backend asks something while the product is killed, and a call after it. */
const managed =
  (
    ask: keyof Pick<Backend, 'rotate' | 'switchOff' | 'remove'>,
    is: NonNullable<Owed['is']>,
  ): Script =>
  async (stage) => {
    const own = await endpoint(stage);
    await stage.armed(own);
    await stage.backend[ask](own);
    return { ...(await talk(stage)), endpoint: own, is };
  };

export const SCRIPTS: Readonly<Record<Story, Script>> = {
  async announced(stage) {
    await stage.armed(stage.steady);
    return talk(stage);
  },
  async answered(stage) {
    return talk(stage, () => stage.armed(stage.steady));
  },
  async failed(stage) {
    await stage.armed(stage.moody);
    return talk(stage);
  },
  async gone(stage) {
    const own = await endpoint(stage, 'is gone');
    await stage.armed(own);
    return { ...(await talk(stage)), endpoint: own, is: 'gone' };
  },
  async redelivered(stage) {
    const { backend, steady, armed } = stage;
    const { callId } = await talk(stage);
    for (;;) {
      const [last] = await backend.deliveries(steady, callId);
      if (last?.type === 'call.ended' && last.status === 'delivered') {
        await armed();
        await backend.redeliver(Number(last.delivery_id));
        return { callId, again: last.event_id };
      }
      await pause(LOOK_EVERY_MS);
    }
  },
  async registered(stage) {
    const listener = await stage.listener('takes');
    await stage.armed();
    const own = await stage.backend.register(listener, ['call.ended']);
    return { ...(await talk(stage)), endpoint: own, is: 'told' };
  },
  rotated: managed('rotate', 'told'),
  switchedOff: managed('switchOff', 'told nothing'),
  removed: managed('remove', 'told nothing'),
};
