import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { callWorkflowId } from '../../../../src/contract/ids.js';
import { insistentCall, type Outcome, type Party } from '../../insistent-call.js';
import { emptyLedger, insistentUser } from '../../insistent-user.js';
import { type Arm, type MortalProduct, mortalProduct } from '../mortal-product.js';
import type { DeadCall, Stage } from './scripts.js';

/** Where scripts are played: the product, and people who are in one script each. */
export interface Theatre {
  readonly product: MortalProduct;
  readonly temporal: Client;
  /** Of calls that ended before anybody needed them. */
  readonly outcomes: Outcome[];
  /** Nobody is armed on it, and nobody waits. */
  stage(): Promise<Stage>;
  armed(stage: Stage, arm: Omit<Arm, 'userId'>): Stage;
  /** Makes calls that will be dead when they are needed. */
  prepareDeadCalls(count: number): Promise<void>;
  close(): Promise<void>;
}

/** Of the people of these tests; those of the demonstration have smaller numbers. */
export const FIRST_USER = 8_000_001;
/** No start of a call is on its way any more; see START_WITHIN_MS. */
const DEAD_AFTER_MS = 10_500;
/** It has not rung out when its death is noticed. */
const LONGEST_RING_SECONDS = 600;
const LOOK_EVERY_MS = 50;
/** Whoever was not answered until then never will be; a busy machine takes its time. */
const HUNG_MS = 120_000;

interface Dying extends DeadCall {
  readonly deadAt: number;
  isOver(): Promise<boolean>;
}

export async function openTheatre(): Promise<Theatre> {
  const product = await mortalProduct({ role: 'start' });
  const { place } = product;
  await product.start();
  const connection = await Connection.connect({ address: place.temporalAddress });
  const temporal = new Client({ connection });
  const ledger = emptyLedger();
  const outcomes: Outcome[] = [];
  const dying: Dying[] = [];
  let nextUser = FIRST_USER;

  const person = async (terminal: string): Promise<Party> => {
    const userId = String(nextUser);
    nextUser += 1;
    const user = { urls: [place.apiUrl], userId, ledger, random: () => 0, patienceMs: HUNG_MS };
    return { userId, terminal, asks: await insistentUser(user) };
  };

  async function terminated(): Promise<Dying> {
    const [caller, callee] = [await person('caller-phone'), await person('phone')];
    const call = await insistentCall({ caller, callee, ringSeconds: LONGEST_RING_SECONDS });
    const deadAt = Date.now() + DEAD_AFTER_MS;
    await temporal.workflow.getHandle(callWorkflowId(call.callId)).terminate('by hand');
    const end = { status: 'ended', cause: 'ops_ended', reason: 'ops_ended', by: 'system' };
    return {
      callee,
      deadAt,
      isOver: async () => (await call.read()).ended_at !== null,
      over: async () => ({ ...(await call.over(end)), terminated: true }),
    };
  }

  /** A sweep may have noticed one before it was needed. */
  async function deadCall(): Promise<DeadCall> {
    for (;;) {
      const call = dying.shift() ?? (await terminated());
      await sleep(Math.max(0, call.deadAt - Date.now()));
      if (!(await call.isOver())) return call;
      outcomes.push(await call.over());
    }
  }

  const isEngineDown = async (): Promise<boolean> => {
    const ready = await fetch(`${place.apiUrl}/readyz`);
    return /"engine":"down"/.test(await ready.text());
  };

  return {
    product,
    temporal,
    outcomes,
    stage: async () => ({
      caller: await person('caller-phone'),
      callee: await person('phone'),
      other: await person('caller-phone'),
      armed: async () => undefined,
      at: async () => undefined,
      death: async (ms) => void (await product.diesBefore(sleep(ms))),
      async loseEngine() {
        await product.killServer();
        while (!(await isEngineDown())) await sleep(LOOK_EVERY_MS);
      },
      deadCall,
    }),
    armed: (stage, arm) => ({
      ...stage,
      armed: ({ userId } = stage.callee) => product.arm({ ...arm, userId }),
    }),
    async prepareDeadCalls(count) {
      for (let index = 0; index < count; index += 1) dying.push(await terminated());
    },
    async close() {
      await connection.close();
      await product.remove();
    },
  };
}
