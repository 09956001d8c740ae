import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PhoneApi, startPhoneApi } from './fixtures.js';
import { type Placed, placed, push, recorded, YES } from './push-fixtures.js';

let api: PhoneApi;
beforeAll(async () => {
  api = await startPhoneApi();
});
afterAll(() => api.stop());

describe('the record of a call that is over', () => {
  const legs = {
    callerCdr: {
      ringingBeginTime: '20260105120000',
      starttime: '20260105120004',
      endtime: '20260105120030',
    },
    calledCdr: {
      ringingBeginTime: '20260105120005',
      starttime: '20260105120010',
      endtime: '20260105120030',
    },
  };
  const record = { byetype: '4', duration: '20', recordurl: 'https://records.test/1.wav', ...legs };
  const at = (second: number) => Date.UTC(2026, 0, 5, 4, 0, second);

  async function over(): Promise<Placed> {
    const call = await placed(api);
    await push(call.there, 'CallEstablish', call.known);
    await push(call.there, 'Hangup', { ...call.known, byetype: '3' });
    return call;
  }

  it('adds to it and changes nothing of how it ended', async () => {
    const call = await over();
    const before = await recorded(call);
    expect((await push(call.there, 'CDR', { ...call.known, ...record })).text).toBe(YES);
    const after = await recorded(call);
    expect(after).toMatchObject({
      status: 'ended',
      cause: 'hangup',
      endedBy: call.caller,
      endedAt: before?.endedAt,
      version: (before?.version ?? 0) + 1,
      enrichment: {
        billedMs: 20_000,
        durationMs: 20_000,
        endWord: '4',
        recordingUrl: 'https://records.test/1.wav',
        callerLeg: { rangAt: at(0), answeredAt: at(4), endedAt: at(30) },
        calleeLeg: { rangAt: at(5), answeredAt: at(10), endedAt: at(30) },
      },
    });
  });

  it('adds once, however often and wherever it comes', async () => {
    const call = await over();
    const members = { ...call.known, ...record };
    const before = await recorded(call);
    const other = await api.as({});
    await Promise.all(
      [call.there, other, call.there, other].map((there) => push(there, 'CDR', members)),
    );
    const after = await recorded(call);
    await push(await api.as({}), 'CDR', members);
    expect(await recorded(call)).toEqual(after);
    const told = await call.there.store.history.eventsOf(call.callId, undefined, 100);
    const updates = told.filter(({ event }) => event.version > (before?.version ?? 0));
    expect(updates.map(({ event }) => event.type)).toEqual(['call.updated']);
  });

  it('is found by the provider’s id where it carries no token', async () => {
    const call = await over();
    const { userData: _none, ...members } = { ...call.known, ...record };
    expect((await push(call.there, 'CDR', members)).text).toBe(YES);
    expect((await recorded(call))?.enrichment?.billedMs).toBe(20_000);
  });

  it('ends a call of which nothing else was heard', async () => {
    const call = await placed(api, false);
    await push(call.there, 'CDR', { ...call.known, ...record }, { format: 'json' });
    expect(await recorded(call)).toMatchObject({
      status: 'ended',
      cause: 'hangup',
      providerCallId: call.known.callSid,
      enrichment: { endWord: '4' },
    });
  });
});
