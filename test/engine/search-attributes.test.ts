import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type EngineConnection } from '../../src/engine/connection.js';
import { registerSearchAttributes } from '../../src/engine/search-attributes.js';
import { type TestServer, temporalServer } from '../support/temporal-server.js';

const OTHER = 'occupied';
const INT = 3;

let server: TestServer;
let engine: EngineConnection;
let occupied: EngineConnection;

beforeAll(async () => {
  server = await temporalServer({ namespace: OTHER });
  const env = { TEMPORAL_ADDRESS: server.address };
  engine = await connect({ env });
  occupied = await connect({ env: { ...env, TEMPORAL_NAMESPACE: OTHER } });
}, 1_200_000);

afterAll(async () => {
  await engine?.connection.close();
  await occupied?.connection.close();
  await server?.stop();
});

const registered = async ({ connection, namespace }: EngineConnection) =>
  (await connection.operatorService.listSearchAttributes({ namespace })).customAttributes ?? {};

describe('registerSearchAttributes', () => {
  it('makes the attributes usable by the next start, whoever else registers them', async () => {
    await Promise.all([1, 2, 3, 4].map(() => registerSearchAttributes(engine)));
    await engine.client.workflow.start('nobody-runs-this', {
      workflowId: 'attributed',
      taskQueue: 'nobody-polls-this',
      typedSearchAttributes: new TypedSearchAttributes([
        { key: defineSearchAttributeKey('CallStatus', 'KEYWORD'), value: 'calling' },
        { key: defineSearchAttributeKey('CalleeIds', 'KEYWORD_LIST'), value: ['2', '3'] },
      ]),
    });
    const query = "CallStatus = 'calling' AND CalleeIds = '3'";
    await expect.poll(async () => (await engine.client.workflow.count(query)).count).toBe(1);
  });

  it('changes nothing when everything exists', async () => {
    await registerSearchAttributes(engine);
    const before = await registered(engine);
    await registerSearchAttributes(engine);
    expect(await registered(engine)).toEqual(before);
    expect(Object.keys(before).filter((name) => name.startsWith('Call'))).toHaveLength(5);
    expect(before).toHaveProperty('ProviderCallId');
  });

  it('stops on an attribute of another type, naming it and both types', async () => {
    const { operatorService } = occupied.connection;
    await operatorService.addSearchAttributes({
      namespace: OTHER,
      searchAttributes: { CallEndCause: INT },
    });
    await expect(registerSearchAttributes(occupied)).rejects.toThrow(
      'Search attribute CallEndCause of namespace "occupied" must have type KEYWORD but has INT',
    );
  });
});
