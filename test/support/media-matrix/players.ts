import { setTimeout as pause } from 'node:timers/promises';
import type { Action } from '../../../src/simulators/tencent/call.js';
import type { TencentSimulator } from '../../../src/simulators/tencent/simulator.js';
import type { TrtcSimulator } from '../../../src/simulators/trtc/simulator.js';
import type { RobotBackend } from '../robot-backend.js';
import { aStartBody } from '../robot-backend.js';
import { endByOperator, type Somewhere } from './operator.js';
import type { Script } from './scripts.js';

export const streamUrl = (robot: string) => `https://media.test/${robot}.mp3`;
const STREAM_MS = { none: 0, long: 600_000, short: 3_000, broken: 0 } as const;
/** The shortest ring that Tencent takes. */
const RING_MS = 10_000;
/** Somebody speaks for so long. */
const TALK_MS = 4_000;
export const HOST = 'host';

/** Where a script is played. */
export interface Scene {
  /** Sends again what was not answered. */
  readonly insistent: RobotBackend;
  readonly simulator: TencentSimulator;
  readonly trtc: TrtcSimulator;
  readonly stack: Somewhere;
}

/** Plays one script to the end that it says; the audit comes later. */
export async function play(scene: Scene, script: Script): Promise<string> {
  const { insistent, simulator, trtc } = scene;
  const { robot, callees, room, stream, ending } = script;
  const url = streamUrl(robot);
  trtc.control.stream(url, { ms: STREAM_MS[stream], broken: stream === 'broken' });
  if (room !== undefined) trtc.control.enter({ name: room, kind: 'text' }, HOST);
  const StreamIngest = { StreamUrl: url, EndCallWhenFinished: ending === 'stream' };
  const body = aStartBody({
    Robot_Account: robot,
    CalleeList_Account: callees,
    Timeout: RING_MS,
    CallInfo: { MediaType: 'Audio', ...(room !== undefined && { RoomId: room, RoomIdType: 2 }) },
    ...(stream !== 'none' && { StreamIngest }),
  });
  const answer = await insistent.send('start_call_by_robot', body);
  const callId = answer.Response?.CallId;
  if (callId === undefined) throw new Error(`${robot}: ${JSON.stringify(answer)}`);
  const roomId = simulator.control.ledger().calls.find(({ id }) => id === callId)?.request.roomId;
  const where = { name: roomId ?? '', kind: 'text' } as const;
  const act = (user: string, action: Action) => simulator.control.act({ callId, user, action });
  const answers = (user: string) => act(user, 'Accept') && trtc.control.enter(where, user);
  const leaves = (user: string) => act(user, 'HangUp') && trtc.control.exit(where, user);

  if (ending === 'unanswered') return callId;
  if (ending === 'rejected') {
    for (const user of callees) act(user, 'Reject');
    return callId;
  }
  const [first = '', ...others] = callees;
  answers(first);
  for (const [nth, user] of others.entries()) {
    if (nth === 0) act(user, 'Offline');
    else answers(user);
  }
  await pause(TALK_MS);
  if (ending === 'hangup') for (const user of callees) leaves(user);
  if (ending === 'backend') await insistent.send('end_call', { CallId: callId });
  if (ending === 'operator') await endByOperator(scene.stack, callId);
  return callId;
}
