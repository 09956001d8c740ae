import { describe, it } from 'vitest';
import { aCreate, codeOr } from '../support/http-calls.js';
import { meet, type Picture, type Race, runRace } from '../support/race.js';
import {
  endOf,
  insist,
  onCalleePhone,
  onPhone,
  onTablet,
  type Pair,
  readUntil,
  ring,
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
  const reason = 'no more need';
  const [accept, cancel] = await meet(
    offset,
    () => codeOr(parties.callee.acceptCall(call, onCalleePhone)),
    () => codeOr(parties.caller.cancelCall(call, { ...onPhone, reason })),
  );
  return { accept: told(accept), cancel: told(cancel), end: (await endOf(parties, call)).end };
}

async function answered(parties: Pair): Promise<{ callId: number }> {
  const call = await ring(parties);
  await insist(() => parties.callee.acceptCall(call, onCalleePhone));
  return call;
}

async function bothHangUp(parties: Pair, offset: number): Promise<Picture> {
  const call = await answered(parties);
  const [caller, callee] = await meet(
    offset,
    () => codeOr(parties.caller.hangupCall(call, { ...onPhone, reason: 'caller went' })),
    () => codeOr(parties.callee.hangupCall(call, { ...onCalleePhone, reason: 'callee went' })),
  );
  return { caller: told(caller), callee: told(callee), end: (await endOf(parties, call)).end };
}

async function takeOverAgainstHangup(parties: Pair, offset: number): Promise<Picture> {
  const call = await answered(parties);
  const [takeOver, hangup] = await meet(
    offset,
    () => codeOr(parties.callee.issueRtcToken(call, { ...onTablet, takeover: true })),
    () => codeOr(parties.callee.hangupCall(call, onCalleePhone)),
  );
  const { end, calleeTerminal: present } = await endOf(parties, call);
  return { takeOver: told(takeOver), hangup: told(hangup), end, present };
}

/** Whom it rings for is asked of both; the one call there is, is then cancelled by who was told so. */
async function glare({ caller, callee, ...ids }: Pair, offset: number): Promise<Picture> {
  const [byCaller, byCallee] = await meet(
    offset,
    () => codeOr(caller.createCall(aCreate({ target_user_id: ids.calleeId }))),
    () => codeOr(callee.createCall(aCreate({ target_user_id: ids.callerId }))),
  );
  const whomItRings = async () => {
    const [atCaller, atCallee] = await Promise.all([caller.listRinging(), callee.listRinging()]);
    return [...atCaller.calls.map(() => 'caller'), ...atCallee.calls.map(() => 'callee')];
  };
  const rings = await readUntil(whomItRings, ({ length }) => length > 0);
  const ends = [
    ...(typeof byCaller === 'number'
      ? []
      : [insist(() => caller.cancelCall(callOf(byCaller), onPhone))]),
    ...(typeof byCallee === 'number'
      ? []
      : [insist(() => callee.cancelCall(callOf(byCallee), onPhone))]),
  ];
  return {
    caller: told(byCaller),
    callee: told(byCallee),
    rings: rings.join(' and '),
    end: (await Promise.all(ends)).map(told).join(' and '),
  };
}

const callOf = ({ call_id }: { call_id: number | bigint }) => ({ callId: Number(call_id) });

describe('two commands that meet', () => {
  it.each(RACES)('end in one of the possible ways: $name', async (race) => {
    await invite(EACH.slots);
    await runRace(race);
  });
});
