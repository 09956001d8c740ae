import { describe, expect, it } from 'vitest';
import { applyOverdue, nextDeadline } from '../../src/call/deadlines.js';
import type { CallEvent, Deadline } from '../../src/call/events.js';
import { judge } from '../../src/call/transition.js';
import { aCall, after, CALLEE, CALLER, cancel, RING_MS, T0 } from './fixtures.js';

const CLAIM_MS = 20_000;
const RECONCILE_MS = 30_000;
const asking = () => aCall({ channel: 'robot', claimWithinMs: CLAIM_MS });
const placed: CallEvent = {
  type: 'placed',
  providerCallId: 'p-1',
  results: [{ userId: CALLEE, code: 0 }],
};
const unknown: CallEvent = { type: 'placing-unknown', evidence: 'no answer within 5 s' };
const refused: CallEvent = { type: 'refused', code: 101002, info: 'Timeout is invalid' };
const claimed: CallEvent = { type: 'claimed' };
const over: CallEvent = { type: 'over', cause: 'rejected' };

describe('a call that a provider has to place', () => {
  it('is asked for from its creation, before any request can have left', () => {
    expect(asking().placing).toEqual({ kind: 'asking' });
    expect(aCall().placing).toBeUndefined();
  });

  it('keeps the id and the results of the first word that it was placed', () => {
    const state = after(asking(), placed, { type: 'placed', providerCallId: 'another' });
    expect(state).toMatchObject({ providerCallId: 'p-1', version: 2, status: 'calling' });
    expect(state.placing).toEqual({ kind: 'placed', results: [{ userId: CALLEE, code: 0 }] });
  });

  it('that is refused rings nobody, and keeps what the provider said', () => {
    const state = after(asking(), refused);
    expect(state).toMatchObject({ status: 'ended', cause: 'provider_failed', endedBy: 'system' });
    expect(state.placing).toEqual({ kind: 'refused', code: 101002, info: 'Timeout is invalid' });
    expect(state.evidence).toBe('101002 Timeout is invalid');
  });

  it('that was cancelled and then refused was cancelled', () => {
    expect(after(asking(), cancel(), refused)).toMatchObject({
      status: 'cancelled',
      endedBy: CALLER,
    });
  });

  it('cannot be refused any more once it was placed', () => {
    const state = after(asking(), placed);
    expect(judge(state, refused, T0 + 5_000).state).toBe(state);
  });
});

describe('a call of which nobody knows whether it was placed', () => {
  it('is live, and has no ring deadline: there is nobody to ask', () => {
    const state = after(asking(), claimed, unknown);
    expect(state).toMatchObject({ status: 'calling', version: 1, placing: { kind: 'unknown' } });
    expect(nextDeadline(state)).toEqual({
      type: 'deadline',
      kind: 'reconcile',
      at: T0 + RING_MS + RECONCILE_MS,
    });
  });

  it('is adopted by an answer that was there while we were away, however late it is read', () => {
    const late = T0 + RING_MS + RECONCILE_MS + 60_000;
    const { state } = judge(after(asking(), claimed), placed, late);
    expect(state).toMatchObject({ status: 'calling', providerCallId: 'p-1' });
  });

  it('is looked for once more where we were away when its time was over', () => {
    const state = after(asking(), claimed, unknown);
    const givenUp = nextDeadline(state) as Deadline;
    const back = givenUp.at + 5_001;
    const again = judge(state, givenUp, back).state;
    expect(again).toMatchObject({ status: 'calling', version: 1 });
    expect(nextDeadline(again)).toEqual({
      type: 'deadline',
      kind: 'reconcile',
      at: back + RECONCILE_MS,
    });
    const last = nextDeadline(again) as Deadline;
    expect(judge(again, last, last.at + 60_000).state).toMatchObject({ cause: 'dial_unknown' });
  });

  it('is adopted when it shows', () => {
    const state = after(asking(), unknown, placed);
    expect(state).toMatchObject({ providerCallId: 'p-1', placing: { kind: 'placed' } });
  });

  it('stays unknown to a second doubt', () => {
    const state = after(asking(), unknown);
    const doubt: CallEvent = { type: 'placing-unknown', evidence: 'another' };
    expect(judge(state, doubt, T0 + 2_000).state).toBe(state);
  });

  it('ends as unknown when it never shows, whoever wished it to end', () => {
    const wished = after(asking(), unknown, cancel());
    const givenUp = nextDeadline(wished) as Deadline;
    const { state } = judge(wished, givenUp, givenUp.at);
    expect(state).toMatchObject({ status: 'ended', cause: 'dial_unknown', endedBy: 'system' });
  });
});

describe('a call nobody was told of', () => {
  it('is wished away when it was not claimed in time', () => {
    const state = after(asking(), placed);
    expect(nextDeadline(state)).toMatchObject({ kind: 'claim', at: T0 + CLAIM_MS });
    const { state: wished } = applyOverdue(state, T0 + CLAIM_MS);
    expect(wished.ending).toMatchObject({ wish: 'deadline', cause: 'dial_unknown' });
  });

  it('is awaited for a minute more by whoever was told to ask again, be it over by then', () => {
    const asked = after(asking(), unknown);
    const late = T0 + CLAIM_MS - 1_000;
    const { state } = judge(asked, { type: 'put-off' }, late);
    expect(state).toEqual({ ...asked, claimBy: late + 60_000 });
    expect(judge(state, { type: 'put-off' }, T0).state).toBe(state);
    expect(after(state, placed, over).claimBy).toBe(late + 60_000);
    expect(
      judge(after(asking(), claimed), { type: 'put-off' }, late).state.claimBy,
    ).toBeUndefined();
  });

  it('runs on once it was claimed, without a change that anybody would see', () => {
    const state = after(asking(), placed, claimed);
    expect(state.version).toBe(2);
    expect(nextDeadline(state)).toMatchObject({ kind: 'ring' });
    expect(judge(state, claimed, T0 + 5_000).state).toBe(state);
  });
});

describe('a call that is over before anybody was told of it', () => {
  it('can still be claimed, and is not ended again', () => {
    const state = after(asking(), unknown, placed, over);
    expect(state).toMatchObject({ status: 'rejected', claimBy: T0 + CLAIM_MS });
    expect(nextDeadline(state)).toBeUndefined();
  });

  it('need not be claimed twice', () => {
    expect(after(asking(), placed, claimed, over).claimBy).toBeUndefined();
  });
});

describe('a call the provider has forgotten', () => {
  it('waits for its record', () => {
    const state = after(asking(), placed, { type: 'forgotten' });
    expect(state).toMatchObject({ forgotten: true, status: 'calling', version: 2 });
  });

  it('cannot be one that was never placed', () => {
    const state = asking();
    expect(judge(state, { type: 'forgotten' }, T0 + 1_000).state).toBe(state);
  });
});
