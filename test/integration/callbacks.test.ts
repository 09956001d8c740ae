import { describe, expect, it } from 'vitest';
import { aStartBody, type Envelope } from '../support/robot-backend.js';
import { serviceReader } from '../support/service-reader.js';
import { startTencentStack, type TencentStack } from '../support/tencent.js';

const SECRET = 'a-secret-of-tests';
const COMMANDS = [
  'Call.CallbackAfterStartCall',
  'Call.CallbackAfterMemberChanged',
  'Call.CallbackAfterEndCall',
];

/** Tencent sends its callbacks to us. */
async function startCalledBackStack(): Promise<TencentStack> {
  const started = await startTencentStack({}, { TENCENT_CALLBACK_SECRET: SECRET });
  const Url = `${started.stack.url}/webhooks/tencent-call/${SECRET}`;
  const set = await started.direct.send('call_config/set_callback', {
    Url,
    CallbackCommandList: COMMANDS,
  });
  expect(set.ErrorCode).toBe(0);
  return started;
}

const callIdOf = (answer: Envelope): string => {
  const id = answer.Response?.CallId;
  if (id === undefined) throw new Error(JSON.stringify(answer));
  return id;
};

describe('a backend whose start was not answered by Tencent', () => {
  it('learns the id of the live call, because Tencent called back', async () => {
    const { insistent: backend, simulator } = await startCalledBackStack();
    simulator.control.fault({ on: 'start_call_by_robot', kind: 'no-call-id' });
    const body = aStartBody({ CallInfo: { MediaType: 'Video' } });
    const CallId = callIdOf(await backend.send('start_call_by_robot', body));
    const { calls, requests } = simulator.control.ledger();
    expect(calls.map(({ id }) => id)).toEqual([CallId]);
    expect(calls[0]?.endedAt).toBeUndefined();
    expect(requests).toMatchObject({ start_call_by_robot: 1 });
    expect(await backend.send('end_call', { CallId })).toMatchObject({ ErrorCode: 0 });
    await expect.poll(() => simulator.control.ledger().calls[0]?.endedAt).toBeDefined();
  });
});

describe('a group of which Tencent tells us', () => {
  it.each(['shuffled', 'none'] as const)(
    'ends as it did, whether its callbacks come: %s',
    async (how) => {
      const { insistent: backend, simulator, stack } = await startCalledBackStack();
      const { control } = simulator;
      control.deliver({ how });
      const read = await serviceReader(stack);
      const CalleeList_Account = ['ann', 'bob', 'cleo'];
      const start = backend.send('start_call_by_robot', aStartBody({ CalleeList_Account }));
      const callId = callIdOf(await start);
      const parties = async () =>
        (await read(1)).parties.map(({ user_id, state }) => `${user_id} ${state}`);
      control.act({ callId, user: 'ann', action: 'Accept' });
      await expect.poll(parties).toContain('ann present');
      control.act({ callId, user: 'bob', action: 'Offline' });
      // Without a word of why, who is out before the end of the ring has rejected the call.
      const bob = how === 'none' ? 'bob rejected' : 'bob unreachable';
      await expect.poll(parties).toContain(bob);
      control.act({ callId, user: 'cleo', action: 'Accept' });
      await expect.poll(parties).toContain('cleo present');
      control.act({ callId, user: 'ann', action: 'HangUp' });
      await expect.poll(parties).toContain('ann left');
      // Tencent has somebody rung whom the backend never named.
      control.act({ callId, user: 'dan', action: 'Invite' });
      await expect.poll(parties).toContain('dan ringing');
      control.act({ callId, user: 'dan', action: 'Accept' });
      await expect.poll(parties).toContain('dan present');
      control.act({ callId, user: 'dan', action: 'HangUp' });
      control.act({ callId, user: 'cleo', action: 'HangUp' });
      await expect
        .poll(async () => {
          const { status, end_cause } = await read(1);
          return { status, end_cause };
        })
        .toEqual({ status: 'ended', end_cause: 'hangup' });
      expect(await parties()).toEqual(['robot left', 'ann left', bob, 'cleo left', 'dan left']);
    },
  );
});
