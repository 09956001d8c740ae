import { describe, expect, it } from 'vitest';
import { aCreate, codeOr } from '../support/http-calls.js';
import { SDK_APP_ID, SECRET_KEY } from '../support/robot-backend.js';
import { startStack } from '../support/stack.js';
import { CALLBACK_KEY, trtcSimulator } from '../support/trtc.js';

describe('two users whose apps crash in the middle of a call', () => {
  it('are free again by the word of their room alone, in whatever order it comes', async () => {
    const stack = await startStack({
      env: {
        TRTC_SDK_APP_ID: String(SDK_APP_ID),
        TRTC_SECRET_KEY: SECRET_KEY,
        TRTC_CALLBACK_KEY: CALLBACK_KEY,
        CALLS_ALL_LEFT_GRACE_SECONDS: '1',
      },
    });
    const trtc = await trtcSimulator({ callbackUrl: `${stack.url}/webhooks/trtc` });
    trtc.control.callBack({ how: 'shuffled' });
    const [caller, callee] = [await stack.insistently('10001'), await stack.insistently('20002')];
    const created = await caller.createCall(aCreate({ target_user_id: 20002 }));
    const id = { callId: Number(created.call_id) };
    await callee.acceptCall(id, { terminal_id: 'phone' });
    const room = { name: created.channel_name, kind: 'text' } as const;
    const status = async () => (await caller.getCallState(id)).status;
    trtc.control.enter(room, '10001');
    trtc.control.enter(room, '20002');
    await expect.poll(status).toBe('ongoing');
    expect(
      await codeOr(caller.createCall(aCreate({ target_user_id: 30003, terminal_id: 'x' }))),
    ).toBe(41008);
    trtc.control.exit(room, '10001', 2);
    trtc.control.exit(room, '20002', 2);
    await expect.poll(status).toBe('ended');
    expect(await caller.getCallState(id)).toMatchObject({ end_reason: 'all_left' });
    for (const [user, target_user_id] of [
      [caller, 30003],
      [callee, 40004],
    ] as const) {
      await expect
        .poll(() => codeOr(user.createCall(aCreate({ target_user_id, terminal_id: 'x' }))))
        .toMatchObject({ status: 'calling' });
    }
    const statuses = trtc.control.ledger().callbacks.map((sent) => sent.status);
    expect(new Set(statuses)).toEqual(new Set([200]));
  });

  it('are free again when neither has entered the room in time', async () => {
    const stack = await startStack({
      env: {
        TRTC_SDK_APP_ID: String(SDK_APP_ID),
        TRTC_SECRET_KEY: SECRET_KEY,
        TRTC_CALLBACK_KEY: CALLBACK_KEY,
        CALLS_CONNECT_TIMEOUT_SECONDS: '1',
      },
    });
    const [caller, callee] = [await stack.insistently('10001'), await stack.insistently('20002')];
    const created = await caller.createCall(aCreate({ target_user_id: 20002 }));
    const id = { callId: Number(created.call_id) };
    await callee.acceptCall(id, { terminal_id: 'phone' });
    await expect
      .poll(() => caller.getCallState(id))
      .toMatchObject({ status: 'ended', end_reason: 'media_timeout' });
  });
});
