import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AdmissionAnswer, AdmissionRequest } from '../../src/ports/admission.js';
import { START_WITHIN_MS } from '../../src/service/create-call.js';
import { startTestApi, type TestApi } from '../support/test-api.js';
import { timed } from '../support/timed.js';
import { aRequest, someone, tried } from './fixtures.js';

let api: TestApi;
let clock = Date.now();
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());
beforeEach(() => {
  api.engine.mood = 'well';
});

const withDeps = async (deps: NonNullable<Parameters<typeof startTestApi>[0]>['deps']) =>
  (await api.alongside({ deps: deps ?? {} })).service;

describe('creating a call', () => {
  it('changes nothing when the token cannot be minted', async () => {
    const request = aRequest();
    const service = await withDeps({
      rtcTokens: { appId: '1', mint: () => Promise.reject(new Error('no key')) },
    });
    await expect(service.create(request)).rejects.toThrow('no key');
    const { state, replayed } = await api.service.create(request);
    expect(replayed).toBe(false);
    expect(state).toMatchObject({ status: 'calling', version: 1 });
  });

  it.each([
    ['refused', 41010],
    ['unavailable', 50301],
  ] satisfies [AdmissionAnswer, number][])(
    'reserves nothing when permission is %s',
    async (answer, code) => {
      const asked: AdmissionRequest[] = [];
      const request = aRequest();
      const service = await withDeps({
        admission: {
          ask: async (question) => {
            asked.push(question);
            return answer;
          },
        },
      });
      expect(await tried(service, request)).toBe(code);
      expect(asked).toEqual([
        {
          callerId: request.callerId,
          calleeIds: [request.calleeId],
          channel: 'rtc',
          callType: 'audio',
          conversationId: '1001',
        },
      ]);
      expect((await api.service.create(request)).replayed).toBe(false);
    },
  );

  it('refuses calling oneself', async () => {
    const user = someone();
    const request = aRequest({ callerId: user, calleeId: user });
    expect(await tried(api.service, request)).toBe(40001);
  });

  it('gives lines back when the engine was away after all', async () => {
    const request = aRequest();
    const { engine } = api;
    const service = await withDeps({
      engine: { ...engine, start: async () => 'unavailable' },
    });
    expect(await tried(service, request)).toBe(50301);
    expect((await api.service.create(request)).replayed).toBe(false);
  });
});

describe('a start whose outcome is open', () => {
  const lostStart = () =>
    withDeps({
      engine: { ...api.engine, start: async () => 'unknown' },
      now: () => clock,
    });

  it('keeps its lines while it may still land, and the repeat is the same call', async () => {
    clock = Date.now();
    const request = aRequest();
    const service = await lostStart();
    expect(await tried(service, request)).toBe(50401);
    expect(await tried(service, aRequest({ calleeId: request.calleeId }))).toBe(41003);
    const { replayed, state } = await api.service.create(request);
    expect(replayed).toBe(true);
    expect(api.engine.carriedOut).toContain(`start ${state.callId}`);
  });

  it('frees them once it can only land as a late start', async () => {
    clock = Date.now();
    const request = aRequest();
    const service = await lostStart();
    expect(await tried(service, request)).toBe(50401);
    clock += START_WITHIN_MS + 1;
    const later = await withDeps({ now: () => clock });
    const { state, replayed } = await later.create(request);
    expect(replayed).toBe(false);
    const dead = await api.store.reader.find(state.callId - 1);
    expect(dead?.state).toMatchObject({ status: 'ended', cause: 'unreachable' });
  });
});

describe('a create to somebody who is in a call', () => {
  const after = <T>(ms: number, value: T) =>
    new Promise<T>((resolve) => setTimeout(resolve, ms, value));
  /** An engine that says within this what runs, or has not said it when its bound has passed. */
  const slow = (takesMs: number) =>
    withDeps({
      engine: {
        ...api.engine,
        presence: async (callId, withinMs = 500) => {
          if (takesMs > withinMs) return after(withinMs, 'unknown');
          return after(takesMs, api.engine.presence(callId));
        },
      },
    });

  it('is told so although no worker is there', async () => {
    const request = aRequest();
    await api.service.create(request);
    api.engine.mood = 'no-worker';
    expect(await tried(api.service, aRequest({ calleeId: request.calleeId }))).toBe(41003);
  });

  it('is told so by an engine that needs most of the time of an answer', async () => {
    const request = aRequest();
    await api.service.create(request);
    expect(await tried(await slow(1_200), aRequest({ calleeId: request.calleeId }))).toBe(41003);
  });

  it('is told in time that an engine did not say so', async () => {
    const request = aRequest();
    await api.service.create(request);
    const service = await slow(10_000);
    const told = await timed(tried(service, aRequest({ calleeId: request.calleeId })));
    expect(told.answer).toBe(50301);
    expect(told.ms).toBeLessThan(3_000 + told.slackMs);
  });
});
