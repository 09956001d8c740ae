import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { callWorkflowId } from '../../src/contract/ids.js';
import type { Fault } from '../../src/simulators/fault-rules.js';
import type { FaultKind } from '../../src/simulators/tencent/faults.js';
import { openPostgres } from '../../src/store/postgres.js';
import { linesOf, repositories } from '../store/stores.js';
import { aCreate, codeOr } from '../support/http-calls.js';
import { startPostgres } from '../support/postgres.js';
import {
  aStartBody,
  type Envelope,
  type RobotBackend,
  SECRET_KEY,
  userSig,
} from '../support/robot-backend.js';
import { startTencentStack } from '../support/tencent.js';
import { timed } from '../support/timed.js';

/** How often a start is tried that a busy machine may spoil. */
const MOST_STARTS = 5;

const callIdOf = (answer: Envelope): string => {
  const id = answer.Response?.CallId;
  if (id === undefined) throw new Error(JSON.stringify(answer));
  return id;
};

/** Asks until the call shows as wanted, as a backend does that has no callbacks. */
async function until(backend: RobotBackend, CallId: string, wanted: (answer: Envelope) => boolean) {
  for (let tries = 0; tries < 1_200; tries += 1) {
    const answer = await backend.send('get_call_info', { CallId });
    if (wanted(answer)) return answer;
    await pause(50);
  }
  throw new Error('it never showed');
}
const isOver = ({ ErrorCode }: Envelope) => ErrorCode === 101004;

describe('a backend whose host is Switchyard', () => {
  it('starts, reads and ends a call as it did with Tencent', async () => {
    const { insistent: backend, simulator } = await startTencentStack();
    const started = await backend.send('start_call_by_robot', aStartBody());
    expect(started).toMatchObject({
      ErrorCode: 0,
      ErrorInfo: '',
      ActionStatus: 'OK',
      RequestId: expect.stringMatching(/^Id-[0-9a-f]{32}-O-Seq-\d+$/),
      Response: { CallResult: [{ Callee_Account: 'jack', ResultCode: 0 }] },
    });
    const CallId = callIdOf(started);
    expect(simulator.control.ledger().calls.map(({ id }) => id)).toEqual([CallId]);
    const seen = async () => (await backend.send('get_call_info', { CallId })).Response;
    await expect.poll(seen).toEqual({
      CallInfo: {
        CallId,
        MediaType: 'Video',
        ChatGroupId: '',
        RoomId: 'roomid-test',
        RoomIdType: 2,
      },
      UserList: [
        { User_Account: 'robot', Status: 'Calling' },
        { User_Account: 'jack', Status: 'Waiting' },
      ],
    });
    expect(await backend.send('end_call', { CallId })).toMatchObject({ ActionStatus: 'OK' });
    // A record that is read where the call is slow to answer runs a little behind.
    for (const command of ['end_call', 'get_call_info']) {
      await expect
        .poll(() => backend.send(command, { CallId }))
        .toMatchObject({ ErrorCode: 101004 });
    }
    await expect.poll(() => simulator.control.ledger().calls[0]?.endedAt).toBeDefined();
  });

  it('sees who answered, and an end nobody told us of', async () => {
    const { insistent: backend, simulator } = await startTencentStack();
    const CallId = callIdOf(await backend.send('start_call_by_robot', aStartBody()));
    simulator.control.act({ callId: CallId, user: 'jack', action: 'Accept' });
    const talks = ({ Response }: Envelope) =>
      Response?.UserList?.some((u) => u.User_Account === 'jack' && u.Status === 'Calling') === true;
    await until(backend, CallId, talks);
    simulator.control.act({ callId: CallId, user: 'jack', action: 'HangUp' });
    await until(backend, CallId, isOver);
  });

  it('rings nobody twice when the answer to its start was lost and it asks again', async () => {
    const { insistent: backend, simulator } = await startTencentStack();
    const random = { random: '99999999' };
    const [first, second] = await Promise.all([
      backend.send('start_call_by_robot', aStartBody(), random),
      backend.send('start_call_by_robot', aStartBody(), random),
    ]);
    const third = await backend.send('start_call_by_robot', aStartBody(), random);
    expect(new Set([first, second, third].map(callIdOf)).size).toBe(1);
    expect(simulator.control.ledger().calls).toHaveLength(1);
    const another = await backend.send('start_call_by_robot', aStartBody());
    expect(callIdOf(another)).not.toBe(callIdOf(first));
  });

  it('is told what came of its start within four seconds, or that asking again is safe', async () => {
    const { backend, simulator } = await startTencentStack();
    const start = (robot: string, fault: Pick<Fault<FaultKind>, 'kind' | 'ms'>) => {
      simulator.control.fault({ on: 'start_call_by_robot', robot, ...fault });
      return timed(backend.send('start_call_by_robot', aStartBody({ Robot_Account: robot })));
    };
    /** A busy machine may take the rest of the four seconds for itself. */
    const firstInTime = async (): Promise<Envelope> => {
      for (let nth = 1; ; nth += 1) {
        const { answer } = await start(`slow-${nth}`, { kind: 'slow-answer', ms: 3_300 });
        if (answer.ErrorCode === 0 || nth === MOST_STARTS) return answer;
      }
    };
    const [inTime, ...unknown] = await Promise.all([
      firstInTime(),
      start('too-slow', { kind: 'slow-answer', ms: 6_000 }),
      start('lost', { kind: 'lose-answer' }),
    ]);
    const byId = new Map(simulator.control.ledger().calls.map((call) => [call.id, call]));
    expect(byId.get(callIdOf(inTime))?.request.robot).toMatch(/^slow-/);
    for (const { answer, ms } of unknown) {
      expect(answer).toMatchObject({
        ErrorCode: 60008,
        ErrorInfo: expect.stringContaining('repeating the same request is safe') as string,
      });
      expect(ms).toBeGreaterThan(3_900);
    }
    const rung = simulator.control.ledger().calls.map(({ request }) => request.robot);
    expect(rung.length).toBe(new Set(rung).size);
    expect(rung).toEqual(expect.arrayContaining(['too-slow', 'lost']));
  });

  it('is told in the words of Tencent what Tencent refused', async () => {
    const { insistent: backend, simulator } = await startTencentStack();
    simulator.control.fault({ on: 'start_call_by_robot', kind: 'code', code: 60011 });
    expect(await backend.send('start_call_by_robot', aStartBody())).toMatchObject({
      ErrorCode: 60011,
      ActionStatus: 'FAIL',
    });
    // A refusal is not remembered: the same request may be sent again.
    expect(await backend.send('start_call_by_robot', aStartBody())).toMatchObject({ ErrorCode: 0 });
  });
});

describe('a robot call whose workflow was terminated from outside', () => {
  it('is ended at Tencent within a minute, and for whoever asks about it', async () => {
    const { backend, simulator, stack } = await startTencentStack();
    const CallId = callIdOf(await backend.send('start_call_by_robot', aStartBody()));
    const connection = await Connection.connect({ address: stack.temporalAddress });
    try {
      const client = new Client({ connection, namespace: stack.namespace });
      await client.workflow.getHandle(callWorkflowId(1)).terminate('by hand');
    } finally {
      await connection.close();
    }
    const seen = async () => [
      simulator.control.ledger().calls[0]?.result,
      (await backend.send('get_call_info', { CallId })).ErrorCode,
    ];
    const terminatedAt = Date.now();
    await expect.poll(seen, { timeout: 120_000, interval: 500 }).toEqual(['Cancel', 101004]);
    expect(Date.now() - terminatedAt).toBeLessThan(60_000);
    expect(simulator.control.ledger().requests).toMatchObject({ end_call: 1 });
  });
});

/** Everything that is written in a history, payloads decoded. */
function textsIn(value: unknown): string[] {
  if (value instanceof Uint8Array) return [Buffer.from(value).toString('utf8')];
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

describe('a callee of a robot who answered', () => {
  it('is busy for other callers until the call is over', async () => {
    const postgres = await startPostgres();
    onTestFinished(() => postgres.remove());
    const DATABASE_URL = await postgres.createDatabase('calls');
    const started = await startTencentStack({}, { DATABASE_URL });
    const { insistent: backend, simulator, stack } = started;
    const store = repositories(await openPostgres(DATABASE_URL));
    onTestFinished(() => store.database.close());
    const callee = '20002';
    const body = aStartBody({ CalleeList_Account: [callee] });
    const CallId = callIdOf(await backend.send('start_call_by_robot', body));
    simulator.control.act({ callId: CallId, user: callee, action: 'Accept' });
    const caller = await stack.insistently('10001');
    const call = () => codeOr(caller.createCall(aCreate({ target_user_id: Number(callee) })));
    await until(backend, CallId, ({ Response }) =>
      (Response?.UserList ?? []).every(({ Status }) => Status === 'Calling'),
    );
    // The line is taken with the record, which follows the change, and only where it is free then: a
    // call that looks whether it is would take it away.
    await expect.poll(() => linesOf(store, callee)).toEqual({ [callee]: expect.any(Number) });
    expect(await call()).toBe(41003);
    simulator.control.act({ callId: CallId, user: callee, action: 'HangUp' });
    await until(backend, CallId, isOver);
    await expect.poll(call).toMatchObject({ status: 'calling' });
  });
});

describe('the history of a robot call', () => {
  it('has what was asked of Tencent, and neither key nor signature', async () => {
    const { insistent: backend, stack } = await startTencentStack();
    const UserData = 'what the callee is told';
    const CallId = callIdOf(await backend.send('start_call_by_robot', aStartBody({ UserData })));
    await backend.send('end_call', { CallId });
    const connection = await Connection.connect({ address: stack.temporalAddress });
    try {
      const client = new Client({ connection, namespace: stack.namespace });
      const handle = client.workflow.getHandle(callWorkflowId(1));
      await handle.result();
      const text = textsIn(await handle.fetchHistory()).join('\n');
      expect(text).toContain(UserData);
      expect(text).toContain(CallId);
      expect(text).not.toContain(SECRET_KEY);
      // A signature is compressed JSON, and begins like every other one.
      const head = userSig().slice(0, 8);
      expect(textsIn({ some: userSig() }).join()).toContain(head);
      expect(text).not.toContain(head);
    } finally {
      await connection.close();
    }
  });
});

describe('what is not ours', () => {
  it('goes to Tencent and comes back unchanged', async () => {
    const { insistent: backend, direct } = await startTencentStack();
    const CallId = callIdOf(await direct.send('start_call_by_robot', aStartBody()));
    expect(await backend.send('get_call_info', { CallId })).toMatchObject({ ErrorCode: 0 });
    expect(await backend.send('call_config/get_callback', {})).toMatchObject({ ErrorCode: 100301 });
  });

  it('is unknown where nothing is passed on', async () => {
    const { insistent: backend } = await startTencentStack({}, { TENCENT_PASS_ON: 'false' });
    for (const command of ['call_config/get_callback', 'group_open_http_svc/create_group']) {
      expect(await backend.send(command, {})).toMatchObject({ ErrorCode: 60009 });
    }
    const CallId = '055662e1-bc8a-469c-a334-1126c8c17d58';
    expect(await backend.send('get_call_info', { CallId })).toMatchObject({ ErrorCode: 60009 });
  });
});
