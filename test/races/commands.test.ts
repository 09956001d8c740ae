import { describe, it } from 'vitest';
import type { DataOf } from '../../src/contract/routes.js';
import { aCreate, codeOr } from '../support/http-calls.js';
import { insist } from '../support/insist.js';
import { meet, type Picture, type Race, runRace } from '../support/race.js';
import {
  endOf,
  onCalleePhone,
  onPhone,
  onTablet,
  type Pair,
  readUntil,
  ring,
  settled,
  told,
} from './pairs.js';
import { racesStack } from './races-stack.js';

const { invite, pair } = racesStack();
/** Few at a time: more would measure their queue. */
const EACH = { slots: 3, apartMs: 20, spreadMs: 60 };

const RACES: readonly Race[] = [
  {
    ...EACH,
    name: 'accept against cancel',
    outcomes: {
      'the cancel crossed the accept': {
        accept: 'accepted, version 2',
        cancel: 'ended (no more need), version 3',
        end: 'ended, hangup by caller, version 3',
      },
      cancelled: {
        accept: 41007,
        cancel: 'cancelled (no more need), version 2',
        end: 'cancelled, cancelled by caller, version 2',
      },
    },
    run: (offset, slot) => acceptAgainstCancel(pair(slot), offset),
  },
  {
    ...EACH,
    name: 'both hanging up',
    outcomes: {
      'the caller was first': {
        caller: 'ended (caller went), version 3',
        callee: 'ended (caller went), version 3',
        end: 'ended, hangup by caller, version 3',
      },
      'the callee was first': {
        caller: 'ended (callee went), version 3',
        callee: 'ended (callee went), version 3',
        end: 'ended, hangup by callee, version 3',
      },
    },
    run: (offset, slot) => bothHangUp(pair(slot), offset),
  },
  {
    ...EACH,
    name: 'take-over against hangup',
    outcomes: {
      'taken over, then hung up': {
        takeOver: 'accepted, version 3',
        hangup: 'ended (local_hangup), version 4',
        end: 'ended, hangup by callee, version 4',
        present: 'callee-tablet',
      },
      'hung up': {
        takeOver: 41007,
        hangup: 'ended (local_hangup), version 3',
        end: 'ended, hangup by callee, version 3',
        present: 'callee-phone',
      },
    },
    run: (offset, slot) => takeOverAgainstHangup(pair(slot), offset),
  },
  {
    ...EACH,
    name: 'glare, two people calling each other',
    outcomes: {
      'the callee rings': {
        caller: 'calling, version 1',
        callee: 41003,
        rings: 'callee',
        end: 'cancelled (caller_cancel), version 2',
      },
      'the caller rings': {
        caller: 41003,
        callee: 'calling, version 1',
        rings: 'caller',
        end: 'cancelled (caller_cancel), version 2',
      },
    },
    run: (offset, slot) => glare(pair(slot), offset),
  },
];

async function acceptAgainstCancel(parties: Pair, offset: number): Promise<Picture> {
  const call = await ring(parties);
  const why = { ...onPhone, reason: 'no more need' };
  const cancels = () => parties.caller.cancelCall(call, why);
  const [accept, cancel] = await meet(
    offset,
    () => codeOr(parties.callee.acceptCall(call, onCalleePhone)),
    () => codeOr(cancels()),
  );
  await settled(cancel, cancels);
  return { accept: told(accept), cancel: told(cancel), end: (await endOf(parties, call)).end };
}

async function answered(parties: Pair): Promise<{ callId: number }> {
  const call = await ring(parties);
  await insist(() => parties.callee.acceptCall(call, onCalleePhone));
  return call;
}

async function bothHangUp(parties: Pair, offset: number): Promise<Picture> {
  const call = await answered(parties);
  const callerGoes = () => parties.caller.hangupCall(call, { ...onPhone, reason: 'caller went' });
  const [caller, callee] = await meet(
    offset,
    () => codeOr(callerGoes()),
    () => codeOr(parties.callee.hangupCall(call, { ...onCalleePhone, reason: 'callee went' })),
  );
  await settled(caller, callerGoes);
  return { caller: told(caller), callee: told(callee), end: (await endOf(parties, call)).end };
}

async function takeOverAgainstHangup(parties: Pair, offset: number): Promise<Picture> {
  const call = await answered(parties);
  const hangsUp = () => parties.callee.hangupCall(call, onCalleePhone);
  const [takeOver, hangup] = await meet(
    offset,
    () => codeOr(parties.callee.issueRtcToken(call, { ...onTablet, takeover: true })),
    () => codeOr(hangsUp()),
  );
  await settled(hangup, hangsUp);
  const { end, calleeTerminal: present } = await endOf(parties, call);
  return { takeOver: told(takeOver), hangup: told(hangup), end, present };
}

/** Whom it rings for is asked of both; the one call there is, is then cancelled by who was told so. */
async function glare({ caller, callee, ...ids }: Pair, offset: number): Promise<Picture> {
  const callerCalls = () => caller.createCall(aCreate({ target_user_id: ids.calleeId }));
  const calleeCalls = () => callee.createCall(aCreate({ target_user_id: ids.callerId }));
  const [byCaller, byCallee] = await meet(
    offset,
    () => codeOr(callerCalls()),
    () => codeOr(calleeCalls()),
  );
  const whomItRings = async () => {
    const [atCaller, atCallee] = await Promise.all([
      insist(() => caller.listRinging()),
      insist(() => callee.listRinging()),
    ]);
    return [...atCaller.calls.map(() => 'caller'), ...atCallee.calls.map(() => 'callee')];
  };
  const rings = await readUntil(whomItRings, ({ length }) => length > 0);
  const ends: Cancelled[] = [];
  for (const [user, answer, calls] of [
    [caller, byCaller, callerCalls],
    [callee, byCallee, calleeCalls],
  ] as const) {
    const call = await settled(answer, calls);
    if (typeof call === 'number') continue;
    ends.push(await insist(() => user.cancelCall(callOf(call), onPhone)));
  }
  return {
    caller: told(byCaller),
    callee: told(byCallee),
    rings: rings.join(' and '),
    end: ends.map(told).join(' and '),
  };
}

type Cancelled = DataOf<'cancelCall'>;
const callOf = ({ call_id }: { call_id: number | bigint }) => ({ callId: Number(call_id) });

describe('two commands that meet', () => {
  it.each(RACES)('end in one of the possible ways: $name', async (race) => {
    await invite(EACH.slots);
    await runRace(race);
  });
});
