import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CallState } from '../../src/call/state.js';
import type { NextDelivery, WebhookEndpoint } from '../../src/ports/webhooks.js';
import { accepts, after, calleeId, callerId, cancels, hangsUp, placed, T0 } from './fixtures.js';
import { DATABASES, type OpenedStore } from './stores.js';

let made = 0;
const endpoint = (rest: Partial<WebhookEndpoint> = {}): WebhookEndpoint => {
  made += 1;
  return {
    id: `we_${String(made).padStart(24, '0')}`,
    url: `https://example.com/${made}`,
    status: 'enabled',
    createdAt: T0 + made,
    updatedAt: T0 + made,
    ...rest,
  };
};
const attempt = { at: T0, durationMs: 12, httpStatus: 500, excerpt: 'no' };
const dueOf = (next: NextDelivery) => (next.kind === 'due' ? next.delivery : undefined);

describe.each(DATABASES)('webhooks on $name', ({ open }) => {
  let store: OpenedStore;
  beforeAll(async () => {
    store = await open();
  });
  afterAll(() => store.remove());
  beforeEach(() => store.rows(sql`delete from webhook_endpoints`));

  const SECRET = 'whsec_first';
  async function registered(rest: Partial<WebhookEndpoint> = {}): Promise<WebhookEndpoint> {
    const one = endpoint(rest);
    expect(await store.webhookEndpoints.create(one, SECRET)).toBe(true);
    return one;
  }
  async function talked(): Promise<{ call: CallState; queues: readonly unknown[] }> {
    const call = await placed(store.reservations);
    const ended = after(call, accepts(calleeId(call)), hangsUp(callerId(call)));
    const queues = await store.records.write(ended.state, ended.events);
    return { call: ended.state, queues };
  }
  const types = async (endpointId: string) =>
    (await store.webhookDeliveries.list({ endpointId }, undefined, 50))
      .map(({ type }) => type)
      .toReversed();

  it('are queued with the record for each endpoint that wants the type, once', async () => {
    const all = await registered();
    const some = await registered({ eventTypes: ['call.ended', 'call.incoming'] });
    const none = await registered({ eventTypes: ['call.incoming'] });
    const off = await registered({ status: 'disabled' });
    const { call, queues } = await talked();
    const expected = [all, some].map(({ id }) => ({ callId: call.callId, endpointId: id }));
    expect(queues).toHaveLength(2);
    expect(queues).toEqual(expect.arrayContaining(expected));
    expect(await types(all.id)).toEqual(['call.ringing_stopped', 'call.accepted', 'call.ended']);
    expect(await types(some.id)).toEqual(['call.ended']);
    expect(await types(none.id)).toEqual([]);
    expect(await types(off.id)).toEqual([]);
    const again = after(call).state;
    expect(await store.records.write(again, [])).toEqual([]);
  });

  it('that still wait are named by a repeated write: whoever wrote first may be dead', async () => {
    const { id: endpointId } = await registered();
    const placedCall = await placed(store.reservations);
    const { state, events } = after(placedCall, cancels(callerId(placedCall)));
    const write = () => store.records.write(state, events);
    const queue = { callId: state.callId, endpointId };
    expect(await write()).toEqual([queue]);
    expect(await write()).toEqual([queue]);
    for (;;) {
      const due = dueOf(await store.webhookDeliveries.next(queue, Date.now()));
      if (due === undefined) break;
      await store.webhookDeliveries.settle(queue, due.id, attempt, { kind: 'delivered' });
    }
    expect(await write()).toEqual([]);
    expect(await types(endpointId)).toEqual(['call.ringing_stopped', 'call.ended']);
  });

  it('come one after the other, and the next one waits for the first', async () => {
    const { id: endpointId } = await registered();
    const { call } = await talked();
    const queue = { callId: call.callId, endpointId };
    const now = Date.now();
    const first = dueOf(await store.webhookDeliveries.next(queue, now));
    expect(first?.event.event.type).toBe('call.ringing_stopped');
    expect(first).toMatchObject({ tried: 0, secrets: [SECRET], event: { state: call } });
    const { settle, next } = store.webhookDeliveries;
    await settle(queue, first?.id ?? 0, attempt, { kind: 'retry', at: now + 5_000 });
    expect(await next(queue, now + 1)).toEqual({ kind: 'wait', until: now + 5_000 });
    const retried = dueOf(await next(queue, now + 5_000));
    expect(retried).toMatchObject({ id: first?.id, tried: 1 });
    await settle(queue, first?.id ?? 0, { ...attempt, httpStatus: 204 }, { kind: 'delivered' });
    const second = dueOf(await next(queue, now + 5_000));
    expect(second?.event.event.type).toBe('call.accepted');
    await settle(queue, second?.id ?? 0, attempt, { kind: 'dead' });
    const third = dueOf(await next(queue, now + 5_000));
    await settle(queue, third?.id ?? 0, attempt, { kind: 'delivered' });
    expect(await next(queue, now + 5_000)).toEqual({ kind: 'none' });
    const listed = await store.webhookDeliveries.list({ callId: call.callId }, undefined, 50);
    expect(listed.map(({ status }) => status)).toEqual(['delivered', 'dead', 'delivered']);
    expect(listed.at(-1)?.attempts).toEqual([attempt, { ...attempt, httpStatus: 204 }]);
  });

  it('that are overdue are found by the first of each queue alone', async () => {
    const { id: endpointId } = await registered();
    const { call } = await talked();
    const queue = { callId: call.callId, endpointId };
    const { overdue, next, settle } = store.webhookDeliveries;
    const now = Date.now();
    expect(await overdue(now + 1_000, 10)).toEqual([queue]);
    expect(await overdue(now - 60_000, 10)).toEqual([]);
    const first = dueOf(await next(queue, now));
    await settle(queue, first?.id ?? 0, attempt, { kind: 'retry', at: now + 60_000 });
    expect(await overdue(now + 30_000, 10)).toEqual([]);
    expect(await overdue(now + 60_001, 10)).toEqual([queue]);
    const { call: later } = await talked();
    const other = { callId: later.callId, endpointId };
    const second = dueOf(await next(other, Date.now()));
    await settle(other, second?.id ?? 0, attempt, { kind: 'retry', at: now + 50_000 });
    expect(await overdue(now + 70_000, 10)).toEqual([other, queue]);
    expect(await overdue(now + 70_000, 1)).toEqual([other]);
  });

  it('that found no room wait without an attempt, and are not overdue meanwhile', async () => {
    const { id: endpointId } = await registered();
    const { call } = await talked();
    const queue = { callId: call.callId, endpointId };
    const { overdue, next, settle, list } = store.webhookDeliveries;
    const now = Date.now();
    const first = dueOf(await next(queue, now));
    await settle(queue, first?.id ?? 0, attempt, { kind: 'wait', at: now + 60_000 });
    expect(await next(queue, now + 59_999)).toEqual({ kind: 'wait', until: now + 60_000 });
    expect(await overdue(now + 59_999, 10)).toEqual([]);
    expect(dueOf(await next(queue, now + 60_000))).toEqual(first);
    expect((await list({ endpointId }, undefined, 9)).flatMap(({ attempts }) => attempts)).toEqual(
      [],
    );
  });

  it('stop when their endpoint is gone, which is disabled with all that waits for it', async () => {
    const { id } = await registered();
    const [one, other] = [await talked(), await talked()];
    const queue = { callId: one.call.callId, endpointId: id };
    const first = dueOf(await store.webhookDeliveries.next(queue, Date.now()));
    const { settle } = store.webhookDeliveries;
    expect(await settle(queue, first?.id ?? 0, attempt, { kind: 'gone' })).toBe(true);
    expect(await settle(queue, first?.id ?? 0, attempt, { kind: 'gone' })).toBe(false);
    expect(await store.webhookEndpoints.find(id)).toMatchObject({
      status: 'disabled',
      disabledBecause: 'gone',
    });
    const elsewhere = { callId: other.call.callId, endpointId: id };
    expect(await store.webhookDeliveries.next(elsewhere, Date.now())).toEqual({ kind: 'none' });
    const left = await store.webhookDeliveries.list({ status: 'pending' }, undefined, 50);
    expect(left).toEqual([]);
    expect(await store.webhookDeliveries.again(first?.id ?? 0, Date.now())).toBe('disabled');
  });

  it('are sent again when somebody asks, as if for the first time', async () => {
    const { id: endpointId } = await registered();
    const { call } = await talked();
    const queue = { callId: call.callId, endpointId };
    const first = dueOf(await store.webhookDeliveries.next(queue, Date.now()));
    const { settle } = store.webhookDeliveries;
    expect(await settle(queue, first?.id ?? 0, attempt, { kind: 'dead' })).toBe(true);
    expect(await settle(queue, first?.id ?? 0, attempt, { kind: 'dead' })).toBe(false);
    const now = Date.now() + 7;
    const again = await store.webhookDeliveries.again(first?.id ?? 0, now);
    expect(again).toMatchObject({ status: 'pending', dueAt: now, attempts: [attempt, attempt] });
    const due = dueOf(await store.webhookDeliveries.next(queue, now));
    expect(due).toMatchObject({ id: first?.id, tried: 0, since: now });
    expect(await store.webhookDeliveries.again(987_654_321, now)).toBeUndefined();
  });

  it('go with their endpoint', async () => {
    const { id: endpointId } = await registered();
    const { call } = await talked();
    expect(await store.webhookEndpoints.remove(endpointId)).toBe(true);
    expect(await store.webhookEndpoints.remove(endpointId)).toBe(false);
    expect(await store.webhookDeliveries.list({ callId: call.callId }, undefined, 9)).toEqual([]);
    const queue = { callId: call.callId, endpointId };
    expect(await store.webhookDeliveries.next(queue, Date.now())).toEqual({ kind: 'none' });
  });

  describe('an endpoint', () => {
    it('is alone with its URL, and what is changed of it is kept', async () => {
      const one = await registered();
      const other = await registered({ eventTypes: ['call.ended'] });
      const { create, change, find, list } = store.webhookEndpoints;
      expect(await create(endpoint({ url: one.url }), 'x')).toBe(false);
      expect(await change(other.id, { url: one.url }, T0)).toBe('url-taken');
      const url = `${one.url}/new`;
      const changed = await change(one.id, { url, status: 'disabled' }, T0 + 9_000);
      const expected = { ...one, url, status: 'disabled', disabledBecause: 'asked' };
      expect(changed).toEqual({ ...expected, updatedAt: T0 + 9_000 });
      expect(await find(one.id)).toEqual(changed);
      expect(await change(one.id, { status: 'enabled' }, T0 + 9_500)).toEqual({
        ...one,
        url,
        updatedAt: T0 + 9_500,
      });
      const { eventTypes: _all, ...everything } = other;
      expect(await change(other.id, { eventTypes: null }, T0)).toEqual({
        ...everything,
        updatedAt: T0,
      });
      expect((await list()).map(({ id }) => id)).toEqual([one.id, other.id]);
      expect(await change('we_unknown', {}, T0)).toBeUndefined();
    });

    it('keeps its secrets sealed', async () => {
      const { id } = await registered();
      await store.webhookEndpoints.rotate(id, { secret: 'whsec_2', now: T0, formerUntil: T0 + 9 });
      const [row] = await store.rows(sql`select secret, former_secret from webhook_endpoints`);
      expect(JSON.stringify(row)).not.toContain('whsec');
      expect(row?.secret).toMatch(/^sealed:test:/);
      expect(row?.former_secret).toMatch(/^sealed:test:/);
    });

    it('has two secrets while a rotation is under way, which repeating it does not disturb', async () => {
      const { id } = await registered();
      const { rotate, secretsOf } = store.webhookEndpoints;
      const rotation = { secret: 'whsec_second', now: T0, formerUntil: T0 + 1_000 };
      expect(await rotate(id, rotation)).toMatchObject({
        secret: 'whsec_second',
        endpoint: { id, formerSecretUntil: T0 + 1_000 },
      });
      // Its answer was lost: the one in use, which only the receiver knows, must go on signing.
      const repeated = { secret: 'whsec_third', now: T0 + 500, formerUntil: T0 + 1_500 };
      expect(await rotate(id, repeated)).toMatchObject({
        secret: 'whsec_second',
        endpoint: { formerSecretUntil: T0 + 1_000 },
      });
      expect(await secretsOf(id, T0 + 999)).toEqual(['whsec_second', SECRET]);
      expect(await secretsOf(id, T0 + 1_000)).toEqual(['whsec_second']);
      const next = { secret: 'whsec_fourth', now: T0 + 2_000, formerUntil: T0 + 3_000 };
      expect(await rotate(id, next)).toMatchObject({ secret: 'whsec_fourth' });
      expect(await secretsOf(id, T0 + 2_500)).toEqual(['whsec_fourth', 'whsec_second']);
      // One that is known to others is ended at once by the same request.
      await rotate(id, { secret: 'whsec_fifth', now: T0 + 2_600, formerUntil: T0 + 2_600 });
      expect(await secretsOf(id, T0 + 2_600)).toEqual(['whsec_fourth']);
      expect(await rotate('we_unknown', next)).toBeUndefined();
    });
  });

  describe('retention', () => {
    it('removes old events, who was told them and how, but for what is yet to be sent', async () => {
      const { id: endpointId } = await registered();
      const old = await talked();
      const waiting = await talked();
      const queue = { callId: old.call.callId, endpointId };
      for (;;) {
        const due = dueOf(await store.webhookDeliveries.next(queue, Date.now()));
        if (due === undefined) break;
        await store.webhookDeliveries.settle(queue, due.id, attempt, { kind: 'delivered' });
      }
      const callee = calleeId(old.call);
      const { rangeOf } = store.userEvents;
      const before = T0 + 60_000;
      while (await store.retention.trim(before));
      expect(await rangeOf(callee)).toEqual({ first: 4, last: 3 });
      const events = (callId: number) => store.history.eventsOf(callId, undefined, 10);
      expect(await events(old.call.callId)).toEqual([]);
      expect(await events(waiting.call.callId)).toHaveLength(3);
      const kept = await store.webhookDeliveries.list({ endpointId }, undefined, 50);
      expect(kept.map(({ callId }) => callId)).toEqual(Array(3).fill(waiting.call.callId));
      expect(await store.rows(sql`select * from webhook_attempts`)).toEqual([]);
      expect((await store.reader.find(old.call.callId))?.state).toEqual(old.call);
    });
  });
});
