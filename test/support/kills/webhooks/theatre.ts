import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { sql } from 'drizzle-orm';
import { patient, type Repositories, repositories } from '../../../store/stores.js';
import { emptyLedger, insistentUser } from '../../insistent-user.js';
import { freshNamespace } from '../../namespace.js';
import { serviceToken } from '../../tokens.js';
import { type MortalProduct, mortalProduct } from '../mortal-product.js';
import { playTogether } from '../play-together.js';
import { type Endpoint, insistentBackend } from './backend.js';
import { type Listener, type Mood, startListener } from './listener.js';
import { type Case, knowsNoEndpoint } from './plan.js';
import { type Owed, SCRIPTS, type Stage } from './stories.js';

/** A case that was played, and what is owed to endpoints, or why it was not played to its end. */
export interface Played extends Case {
  readonly owed?: Owed;
  readonly failure?: string;
}

/** The product, and backends that outlive it. */
export interface Theatre {
  readonly product: MortalProduct;
  readonly temporal: Client;
  readonly store: Repositories;
  readonly backend: Stage['backend'];
  /** The endpoints that hear of every call. */
  readonly everywhere: readonly Endpoint[];
  /** One after the other, until nothing is left to deliver. */
  play(cases: readonly Case[]): Promise<readonly Played[]>;
  close(): Promise<void>;
}

const FIRST_USER = 8_000_001;
const HUNG_MS = 120_000;
const LOOK_EVERY_MS = 200;
/** Beside the one attempt that a moody endpoint costs, some are lost with the product. */
const RETRY_SECONDS = '0,0.5,1,2,4,8,16,32,64';

export async function openTheatre(temporalAddress: string): Promise<Theatre> {
  const namespace = await freshNamespace(temporalAddress);
  const product = await mortalProduct({
    role: 'serve',
    settings: {
      TEMPORAL_ADDRESS: temporalAddress,
      TEMPORAL_NAMESPACE: namespace,
      TRTC_SDK_APP_ID: '1400000001',
      TRTC_SECRET_KEY: 'a key for tests',
      WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8',
      WEBHOOK_RETRY_SECONDS: RETRY_SECONDS,
    },
  });
  await product.start();
  const connection = await Connection.connect({ address: temporalAddress });
  const temporal = new Client({ connection, namespace });
  const store = repositories(patient(await product.openStore()));
  const asking = {
    urls: [product.place.apiUrl],
    ledger: emptyLedger(),
    random: () => 0,
    patienceMs: HUNG_MS,
  };
  const token = await serviceToken();
  const backend = insistentBackend(await insistentUser({ ...asking, userId: 'backend', token }));
  const listeners: Listener[] = [];
  const listener = async (mood: Mood) => {
    const started = await startListener(mood);
    listeners.push(started);
    return started;
  };
  const steady = await backend.register(await listener('takes'), null);
  const some = ['call.incoming', 'call.ended'] as const;
  const moody = await backend.register(await listener('fails first'), some);
  let nextUser = FIRST_USER;

  const person = async (terminal: string) => {
    const userId = String(nextUser);
    nextUser += 1;
    return { userId, terminal, asks: await insistentUser({ ...asking, userId }) };
  };

  async function playOne({ point, story }: Case): Promise<Played> {
    const caller = await person('caller-phone');
    const stage: Stage = {
      caller,
      callee: await person('phone'),
      backend,
      listener,
      steady,
      moody,
      async armed(endpoint) {
        const userId = knowsNoEndpoint(point) ? caller.userId : endpoint?.id;
        await product.arm({ point, ...(userId !== undefined && { userId }) });
      },
    };
    process.stdout.write(`${point} in ${story}\n`);
    return SCRIPTS[story](stage).then(
      (owed) => ({ point, story, owed }),
      (error: Error) => ({ point, story, failure: error.message }),
    );
  }

  async function isAnythingLeft(): Promise<boolean> {
    const live = await temporal.workflow.count("ExecutionStatus = 'Running'");
    const owed = await store.rows(sql`select 1 from webhook_deliveries where status = 'pending'`);
    return live.count + owed.length > 0;
  }

  async function isOver(): Promise<void> {
    const latest = Date.now() + HUNG_MS;
    while ((await isAnythingLeft()) && Date.now() < latest) await pause(LOOK_EVERY_MS);
  }

  return {
    product,
    temporal,
    store,
    backend,
    everywhere: [steady, moody],
    play: (cases) =>
      playTogether(product, {
        scripts: cases.map((each) => ({ isArmed: true, play: () => playOne(each) })),
        isOver,
        killedWithinMs: HUNG_MS,
      }),
    async close() {
      await connection.close();
      await store.database.close();
      await product.remove();
      await Promise.all(listeners.map((each) => each.stop()));
    },
  };
}
