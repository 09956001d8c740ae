import { randomUUID } from 'node:crypto';
import { DBOS } from '@dbos-inc/dbos-sdk';
import type { CallFlow } from './orders.js';
import { serveOrders } from './serve-orders.js';

export interface DbosSettings {
  readonly databaseUrl: string;
}

interface Command {
  readonly id: string;
  readonly name: 'accept' | 'media-state' | 'hangup';
  readonly by: string;
  readonly reason?: string;
}

const COMMANDS = 'commands';
const MAX_DURATION_MS = 14_400_000;
const ANSWER_SECONDS = 60;
const REASON = 'r'.repeat(50);

/** The same call: a state, a deadline for it, and an answer to each command once it is durable. */
async function callBody(ringMs: number): Promise<object> {
  const call = { status: 'calling', version: 1, joined: [] as string[], reason: '' };
  const become = (status: string) => Object.assign(call, { status, version: call.version + 1 });
  let deadlineEpochMS = (await DBOS.now()) + ringMs;
  while (call.status !== 'ended') {
    const command = await DBOS.recv<Command>(COMMANDS, { deadlineEpochMS });
    if (command === null) {
      become('ended');
      break;
    }
    if (command.name === 'accept') {
      become('accepted');
      deadlineEpochMS = (await DBOS.now()) + MAX_DURATION_MS;
    } else if (command.name === 'media-state') {
      call.joined.push(command.by);
      become('ongoing');
    } else {
      Object.assign(become('ended'), { reason: command.reason });
    }
    await DBOS.setEvent(command.id, call);
  }
  return call;
}
const dbosCall = DBOS.registerWorkflow(callBody, { name: 'call' });

async function command(call: string, what: Omit<Command, 'id'>): Promise<void> {
  const id = randomUUID();
  await DBOS.send(call, { ...what, id }, COMMANDS);
  const answer = await DBOS.getEvent<object>(call, id, ANSWER_SECONDS);
  if (answer === null) throw new Error(`${what.name} was not answered`);
}

const CALLER = '9007199254740993001';
const CALLEE = '9007199254740993002';

const flow: CallFlow = {
  async create(ringSeconds) {
    const { workflowID } = await DBOS.startWorkflow(dbosCall)(ringSeconds * 1_000);
    return workflowID;
  },
  accept: (id) => command(id, { name: 'accept', by: CALLEE }),
  join: (id, side) => command(id, { name: 'media-state', by: side === 'caller' ? CALLER : CALLEE }),
  hangup: (id) => command(id, { name: 'hangup', by: CALLER, reason: REASON }),
};

const { databaseUrl } = JSON.parse(process.argv[2] ?? '') as DbosSettings;
DBOS.setConfig({ name: 'bench', systemDatabaseUrl: databaseUrl, logLevel: 'error' });
await DBOS.launch();
serveOrders(flow);
