import { describe, expect, it } from 'vitest';
import { byCallee, byCaller, byTablet, CALLEE } from '../support/calls.js';
import { startRig } from '../support/rig.js';
import { toldIn } from '../support/told.js';

const joined = { stage: 'joined', network_quality: 'good' };

describe('a call', () => {
  it('is answered, joined by both and hung up, counting versions 2 to 5', async () => {
    const { engine, start, result, written } = await startRig();
    const { callId } = (await start()).state;
    const versions = [];
    for (const [name, payload] of [
      ['accept', byCallee],
      ['media-state', { ...byCaller, ...joined }],
      ['media-state', { ...byCallee, ...joined }],
      ['hangup', byCaller],
    ] as const) {
      const outcome = await engine.command(callId, name, payload);
      versions.push(outcome.kind === 'done' ? outcome.state.version : outcome.kind);
    }
    expect(versions).toEqual([2, 3, 4, 5]);
    expect(await result(callId)).toEqual({ status: 'ended', cause: 'hangup', version: 5 });
    expect(written.at(-1)?.state).toMatchObject({ status: 'ended', version: 5 });
  });

  it('tells every version once and in order, the incoming call first', async () => {
    const { engine, start, result, written } = await startRig();
    const { callId } = (await start()).state;
    await engine.command(callId, 'accept', byCallee);
    await engine.command(callId, 'hangup', byCallee);
    await result(callId);
    const told = toldIn(written);
    expect(told.map(({ type, version }) => `${version} ${type}`)).toEqual([
      '1 call.incoming',
      '2 call.ringing_stopped',
      '2 call.accepted',
      '3 call.ended',
    ]);
    expect(told[0]).toMatchObject({ userId: CALLEE });
  });

  it('is won by one of a hundred simultaneous accepts', async () => {
    const { engine, start } = await startRig();
    const { callId } = (await start()).state;
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        engine.command(callId, 'accept', { ...byCallee, terminal_id: `terminal-${index}` }),
      ),
    );
    const winners = outcomes.filter(({ kind }) => kind === 'done');
    const losers = outcomes.filter((outcome) => 'code' in outcome && outcome.code === 41006);
    expect([winners.length, losers.length]).toEqual([1, 99]);
    await engine.command(callId, 'hangup', byCallee);
  });

  it('answers a repeated accept of the winner as a success, and a take-over moves it', async () => {
    const { engine, start } = await startRig();
    const { callId } = (await start()).state;
    await engine.command(callId, 'accept', byCallee);
    expect(await engine.command(callId, 'accept', byCallee)).toMatchObject({ kind: 'done' });
    expect(await engine.command(callId, 'rtc-token', byTablet)).toEqual({
      kind: 'refused',
      code: 41006,
    });
    const moved = await engine.command(callId, 'rtc-token', { ...byTablet, takeover: true });
    expect(moved).toMatchObject({ kind: 'done', state: { version: 3 } });
    await engine.command(callId, 'hangup', byTablet);
  });

  it('is gone for commands once its workflow has closed, and unknown ids are gone too', async () => {
    const { engine, start, result } = await startRig();
    const { callId } = (await start()).state;
    await engine.command(callId, 'cancel', byCaller);
    await result(callId);
    expect(await engine.command(callId, 'accept', byCallee)).toEqual({ kind: 'gone' });
    expect(await engine.command(999_999, 'accept', byCallee)).toEqual({ kind: 'gone' });
    expect(await engine.presence(callId)).toBe('closed');
    expect(await engine.presence(999_999)).toBe('missing');
  });

  it('ends the call it supersedes, and is not harmed when that one is over', async () => {
    const { engine, start, result } = await startRig();
    const former = (await start()).state.callId;
    const { callId } = (await start({ supersedes: former })).state;
    expect(await result(former)).toMatchObject({ status: 'ended', cause: 'superseded' });
    const next = (await start({ supersedes: former })).state.callId;
    expect(await engine.command(next, 'cancel', byCaller)).toMatchObject({ kind: 'done' });
    expect(await engine.command(callId, 'cancel', byCaller)).toMatchObject({ kind: 'done' });
  });
});
