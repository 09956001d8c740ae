import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { aCreate, codeOr } from '../support/http-calls.js';
import { meet, oneByOne, type Race, runRace } from '../support/race.js';
import { openStack, type Stack } from '../support/stack.js';
import {
  onCalleePhone,
  onPhone,
  onTablet,
  type Pair,
  pairAt,
  pairsOn,
  ring,
  standing,
  TOGETHER,
  told,
} from './pairs.js';

let stack: Stack;
let folder: string;
let pairs: Pair[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'switchyard-races-'));
  stack = await openStack({ env: { SWITCHYARD_DIR: folder } });
});
afterAll(async () => {
  await stack.stop();
  await rm(folder, { recursive: true, force: true });
});

const HTTP = { spreadMs: 60, together: TOGETHER };
const slot = (index: number): Pair => pairAt(pairs, index);

async function answered(pair: Pair): Promise<{ callId: number }> {
  const call = await ring(pair);
  await pair.callee.acceptCall(call, onCalleePhone);
  return call;
}

const RACES: readonly Race[] = [
  {
    ...HTTP,
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
    round: oneByOne(async (offset, index) => {
      const pair = slot(index);
      const call = await ring(pair);
      const reason = 'no more need';
      const [accept, cancel] = await meet(
        offset,
        () => codeOr(pair.callee.acceptCall(call, onCalleePhone)),
        () => codeOr(pair.caller.cancelCall(call, { ...onPhone, reason })),
      );
      return { accept: told(accept), cancel: told(cancel), end: await standing(pair, call) };
    }),
  },
  {
    ...HTTP,
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
    round: oneByOne(async (offset, index) => {
      const pair = slot(index);
      const call = await answered(pair);
      const [caller, callee] = await meet(
        offset,
        () => codeOr(pair.caller.hangupCall(call, { ...onPhone, reason: 'caller went' })),
        () => codeOr(pair.callee.hangupCall(call, { ...onCalleePhone, reason: 'callee went' })),
      );
      return { caller: told(caller), callee: told(callee), end: await standing(pair, call) };
    }),
  },
  {
    ...HTTP,
    name: 'take-over against hangup',
    outcomes: {
      'taken over, then hung up': {
        takeOver: 'accepted, version 3',
        hangup: 'ended (local_hangup), version 4',
        end: 'ended, hangup by callee, version 4',
        terminal: 'callee-tablet',
      },
      'hung up': {
        takeOver: 41007,
        hangup: 'ended (local_hangup), version 3',
        end: 'ended, hangup by callee, version 3',
        terminal: 'callee-phone',
      },
    },
    round: oneByOne(async (offset, index) => {
      const pair = slot(index);
      const { caller, callee } = pair;
      const call = await answered(pair);
      const [takeOver, hangup] = await meet(
        offset,
        () => codeOr(callee.issueRtcToken(call, { ...onTablet, takeover: true })),
        () => codeOr(callee.hangupCall(call, onCalleePhone)),
      );
      const { parties } = await caller.getCall(call);
      return {
        takeOver: told(takeOver),
        hangup: told(hangup),
        end: await standing(pair, call),
        terminal: parties.find(({ role }) => role === 'callee')?.terminal_id ?? 'none',
      };
    }),
  },
  {
    ...HTTP,
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
    round: oneByOne((offset, index) => glare(slot(index), offset)),
  },
];

async function glare({ caller, callee, callerId, calleeId }: Pair, offset: number) {
  const [byCaller, byCallee] = await meet(
    offset,
    () => codeOr(caller.createCall(aCreate({ target_user_id: calleeId }))),
    () => codeOr(callee.createCall(aCreate({ target_user_id: callerId }))),
  );
  const [atCaller, atCallee] = await Promise.all([caller.listRinging(), callee.listRinging()]);
  const rings = [...atCaller.calls.map(() => 'caller'), ...atCallee.calls.map(() => 'callee')];
  const ends = [
    ...(typeof byCaller === 'number' ? [] : [caller.cancelCall(callOf(byCaller), onPhone)]),
    ...(typeof byCallee === 'number' ? [] : [callee.cancelCall(callOf(byCallee), onPhone)]),
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
    pairs = await pairsOn(stack, TOGETHER);
    await runRace(race);
  });
});
