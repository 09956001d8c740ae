import { setTimeout as sleep } from 'node:timers/promises';
import { isGrpcServiceError } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import { SEARCH_ATTRIBUTES } from '../contract/names.js';

export interface Registration {
  readonly connection: Pick<NativeConnection, 'operatorService' | 'workflowService'>;
  readonly namespace: string;
}

/** `IndexedValueType` of Temporal's API, by number. */
const TYPES = [
  'UNSPECIFIED',
  'TEXT',
  'KEYWORD',
  'INT',
  'DOUBLE',
  'BOOL',
  'DATETIME',
  'KEYWORD_LIST',
] as const;

const USABLE_LIMIT_MS = 60_000;
const RETRY_EVERY_MS = 100;
const INVALID_ARGUMENT = 3;

type Name = keyof typeof SEARCH_ATTRIBUTES;
const NAMES = Object.keys(SEARCH_ATTRIBUTES) as Name[];

/** Names that are missing. @throws Error if one exists with another type, which no call would survive. */
async function missing({ connection, namespace }: Registration): Promise<Name[]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const absent: Name[] = [];
  for (const name of NAMES) {
    const found = customAttributes?.[name];
    if (found === undefined || found === null) absent.push(name);
    else if (TYPES[found] !== SEARCH_ATTRIBUTES[name]) {
      throw new Error(
        `Search attribute ${name} of namespace "${namespace}" must have type ${SEARCH_ATTRIBUTES[name]} but has ${TYPES[found] ?? found}: remove it, or use another namespace`,
      );
    }
  }
  return absent;
}

/** One question about all names: it is refused as long as one of them is unknown. */
const EVERY_NAME = NAMES.map((name) => `${name} IS NOT NULL`).join(' AND ');

async function areUsable({ connection, namespace }: Registration): Promise<boolean> {
  try {
    await connection.workflowService.listWorkflowExecutions({
      namespace,
      pageSize: 1,
      query: EVERY_NAME,
    });
    return true;
  } catch (error) {
    if (isGrpcServiceError(error) && Number(error.code) === INVALID_ARGUMENT) return false;
    throw error;
  }
}

/** A server knows an attribute some time after it was added; until then it refuses every start. */
async function waitUntilUsable(registration: Registration): Promise<void> {
  const until = Date.now() + USABLE_LIMIT_MS;
  while (!(await areUsable(registration))) {
    if (Date.now() > until) {
      const names = NAMES.join(', ');
      throw new Error(`Search attributes ${names}: not usable after ${USABLE_LIMIT_MS / 1000} s`);
    }
    await sleep(RETRY_EVERY_MS);
  }
}

/**
 * Makes every search attribute of a call exist, with its type, and usable. Any number of processes
 * may do this at once and again.
 * @throws Error naming the attribute, the wanted type and the found one
 */
export async function registerSearchAttributes(registration: Registration): Promise<void> {
  const absent = await missing(registration);
  if (absent.length > 0) {
    await registration.connection.operatorService.addSearchAttributes({
      namespace: registration.namespace,
      searchAttributes: Object.fromEntries(
        absent.map((name) => [name, TYPES.indexOf(SEARCH_ATTRIBUTES[name])]),
      ),
    });
  }
  await waitUntilUsable(registration);
  // Adding a name that somebody has just added with another type says "ok" and changes nothing.
  if (absent.length > 0) await missing(registration);
}
