import { randomFrom } from '../../support/random.js';
import { closedLoop } from './closed-loop.js';
import type { Answers, CallFlow, Order, Reply } from './orders.js';

/** How many calls are opened at a time. */
const OPENERS = 16;

/** Carries out the parent's orders, one after the other, until the parent lets go. */
export function serveOrders(flow: CallFlow): void {
  const open: string[] = [];
  process.on('message', (order: Order) => {
    carryOut(flow, open, order).then(
      (answer) => reply({ answer }),
      (error: unknown) => reply({ failure: error instanceof Error ? error.message : `${error}` }),
    );
  });
  announceReady();
}

/** Also for a program that takes no orders: it ends with its parent. */
export function announceReady(): void {
  process.once('disconnect', () => process.exit(0));
  reply({ ready: true });
}

const reply = (message: Reply): void => void process.send?.(message);

async function carryOut(
  flow: CallFlow,
  open: string[],
  order: Order,
): Promise<Answers[Order['kind']]> {
  switch (order.kind) {
    case 'calls':
      return closedLoop(flow, order);
    case 'open': {
      const ids = await openCalls(flow, order);
      open.push(...ids);
      return { ids };
    }
    case 'accept':
      return { latencies: await acceptSome(flow, open, order) };
  }
}

async function openCalls(
  flow: CallFlow,
  { count, withinMs, ringSeconds }: Extract<Order, { kind: 'open' }>,
): Promise<string[]> {
  const ids: string[] = [];
  const until = performance.now() + withinMs;
  let left = count;
  const opener = async (): Promise<void> => {
    while (left > 0 && performance.now() < until) {
      left -= 1;
      ids.push(await flow.create(ringSeconds));
    }
  };
  await Promise.all(Array.from({ length: OPENERS }, opener));
  return ids;
}

async function acceptSome(
  flow: CallFlow,
  open: string[],
  { count, seed }: Extract<Order, { kind: 'accept' }>,
): Promise<number[]> {
  const random = randomFrom(seed);
  const some = Array.from({ length: count }, () => {
    const [id] = open.splice(Math.floor(random() * open.length), 1);
    if (id === undefined) throw new Error('fewer calls are open than shall be accepted');
    return id;
  });
  return Promise.all(
    some.map(async (id) => {
      const begun = performance.now();
      await flow.accept(id);
      return performance.now() - begun;
    }),
  );
}
