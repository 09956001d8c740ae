import { createHmac } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readBody, serveOnLoopback } from '../../../src/simulators/loopback-server.js';
import { SDK_APP_ID } from '../../support/robot-backend.js';
import { CALLBACK_KEY, trtcSimulator } from '../../support/trtc.js';

const ROOM = { name: '9988101', kind: 'numeric' } as const;

interface Received {
  readonly EventGroupId: number;
  readonly EventType: number;
  readonly EventInfo: Readonly<Record<string, unknown>>;
}

/** A service that is called back, and takes each callback only after so many refusals. */
async function calledBack(refusals = 0) {
  const received: Received[] = [];
  const wrong: string[] = [];
  let asked = 0;
  const { url, stop } = await serveOnLoopback(0, async (request, response) => {
    const body = await readBody(request);
    const { sign, sdkappid } = request.headers;
    if (sign !== createHmac('sha256', CALLBACK_KEY).update(body).digest('base64')) wrong.push(body);
    if (sdkappid !== String(SDK_APP_ID)) wrong.push(String(sdkappid));
    asked += 1;
    if (asked <= refusals) {
      response.writeHead(503).end();
      return;
    }
    received.push(JSON.parse(body) as Received);
    response.end('{"code":0}');
  });
  onTestFinished(stop);
  const { control } = await trtcSimulator({ callbackUrl: url });
  const types = () => received.map(({ EventType }) => EventType);
  return { control, received, wrong, types };
}

describe('callbacks of the simulated TRTC', () => {
  it('tell of who enters and leaves, signed over their bytes, and of a room that is empty', async () => {
    const { control, received, wrong, types } = await calledBack();
    control.enter(ROOM, 'jack');
    await expect.poll(types).toEqual([103]);
    control.exit(ROOM, 'jack', 2);
    await expect.poll(() => types().toSorted((one, other) => one - other)).toEqual([102, 103, 104]);
    expect(wrong).toEqual([]);
    expect(received[0]).toMatchObject({
      EventGroupId: 1,
      EventInfo: { RoomId: 9988101, UserId: 'jack', EventMsTs: expect.any(Number) },
    });
    const exited = received.find(({ EventType }) => EventType === 104);
    expect(exited?.EventInfo).toMatchObject({ UserId: 'jack', Reason: 2 });
    // The documents print the number of a dismissed room as a string.
    const dismissed = received.find(({ EventType }) => EventType === 102);
    expect(dismissed?.EventInfo).toMatchObject({ RoomId: '9988101' });
  });

  it('come again at once when they are not taken', async () => {
    const { control, types } = await calledBack(1);
    control.enter(ROOM, 'jack');
    await expect.poll(types).toEqual([103]);
    expect(control.ledger().callbacks.map(({ status }) => status)).toEqual([503, 200]);
  });

  it.each([
    ['once', [103, 103, 103, 103]],
    ['twice', [103, 103, 103, 103, 103, 103, 103, 103]],
    ['shuffled', [103, 103, 103, 103]],
    // One way after the other: once, twice, late, not at all.
    ['mixed', [103, 103, 103, 103]],
  ] as const)('travel %s', async (how, expected) => {
    const { control, types, received } = await calledBack();
    control.callBack({ how });
    for (const user of ['a', 'b', 'c', 'd']) control.enter(ROOM, user);
    await expect.poll(types).toEqual(expected);
    const users = received.map(({ EventInfo }) => String(EventInfo.UserId));
    if (how === 'shuffled') expect(users).not.toEqual(users.toSorted());
    if (how === 'mixed') expect(new Set(users).size).toBe(3);
  });

  it('reach nobody when none arrives', async () => {
    const { control, types } = await calledBack();
    control.callBack({ how: 'none' });
    control.enter(ROOM, 'jack');
    control.callBack({ how: 'once' });
    control.enter(ROOM, 'kim');
    await expect.poll(types).toEqual([103]);
    expect(control.ledger().rooms).toEqual({ 'numeric:9988101': ['jack', 'kim'] });
  });
});
