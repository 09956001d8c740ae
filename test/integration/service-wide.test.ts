import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client, Connection } from '@temporalio/client';
import { Webhook } from 'standardwebhooks';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { callWorkflowId } from '../../src/contract/ids.js';
import { aCreate, codeOr } from '../support/http-calls.js';
import { freshNamespace } from '../support/namespace.js';
import { startStack } from '../support/stack.js';

const phone = { terminal_id: 'caller-phone' };
const bobPhone = { terminal_id: 'bob-phone' };
const HOOK_SECRET = `whsec_${Buffer.from('a secret of the permission hook').toString('base64')}`;

async function connected(): Promise<Connection> {
  const connection = await Connection.connect({ address: inject('temporalAddress') });
  onTestFinished(() => connection.close());
  return connection;
}

/** Every text and every payload, decoded, anywhere in a value. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value instanceof Uint8Array) return [Buffer.from(value).toString('utf8')];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsOf);
}

describe('an RTC token', () => {
  it('is handed out and is nowhere in the history of its call', async () => {
    const stack = await startStack();
    const [ann, bob] = await Promise.all([stack.insistently('10001'), stack.insistently('20002')]);
    const created = await ann.createCall(aCreate());
    const callId = Number(created.call_id);
    const accepted = await bob.acceptCall({ callId }, bobPhone);
    const fresh = await bob.issueRtcToken({ callId }, { terminal_id: 'tablet', takeover: true });
    await ann.hangupCall({ callId }, phone);
    const client = new Client({ connection: await connected(), namespace: stack.namespace });
    const handle = client.workflow.getHandle(callWorkflowId(callId));
    await handle.result();
    const { events } = await handle.fetchHistory();
    const history = textsOf(events).join('\n');
    expect(history).toContain('caller-phone');
    for (const { rtc_token: token } of [created, accepted, fresh]) {
      expect(token.length).toBeGreaterThan(100);
      expect(history).not.toContain(token);
    }
  });
});

describe('the permission hook', () => {
  it('is asked with a signature before anything is reserved, and its word decides', async () => {
    let answer: { status: number; body: string } = { status: 200, body: '{"allow": false}' };
    const asked: unknown[] = [];
    const hook = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        const headers = request.headers as Record<string, string>;
        asked.push(new Webhook(HOOK_SECRET).verify(body, headers));
        response.writeHead(answer.status).end(answer.body);
      });
    });
    await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void hook.close());
    const { port } = hook.address() as AddressInfo;
    const stack = await startStack({
      env: {
        PERMISSION_HOOK_URL: `http://127.0.0.1:${port}/may-call`,
        PERMISSION_HOOK_SECRET: HOOK_SECRET,
      },
    });
    const ann = await stack.as('10001');
    await expect(ann.createCall(aCreate())).rejects.toMatchObject({
      code: 41010,
      message: '权限或关系校验失败',
    });
    answer = { status: 500, body: '' };
    expect(await codeOr(ann.createCall(aCreate()))).toBe(50301);
    answer = { status: 200, body: '{"allow": true}' };
    expect(await ann.createCall(aCreate())).toMatchObject({ status: 'calling', version: 1 });
    expect(asked).toHaveLength(3);
    expect(asked[0]).toMatchObject({ caller_id: '10001', callee_ids: ['20002'], channel: 'rtc' });
  });
});

describe('a search attribute that exists with another type', () => {
  it('stops the start', async () => {
    const namespace = await freshNamespace(inject('temporalAddress'));
    const connection = await connected();
    const TEXT = 1;
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: { CallStatus: TEXT },
    });
    await expect(startStack({ namespace })).rejects.toThrow(
      /CallStatus .* must have type KEYWORD but has TEXT/,
    );
  });
});
