import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Client } from '@temporalio/client';
import type { Action, Call } from '../../../src/simulators/tencent/call.js';
import type { TencentSimulator } from '../../../src/simulators/tencent/simulator.js';
import type { TrtcSimulator } from '../../../src/simulators/trtc/simulator.js';
import type { TrtcRoom } from '../../../src/simulators/trtc/studio.js';
import { aStartBody, type RobotBackend } from '../robot-backend.js';
import { deliveredSo } from './faults.js';
import { endByOperator } from './operator.js';
import { described, givenRoom, guestOf, type Script } from './scripts.js';

/** Where a script is played. */
export interface Scene {
  /** Sends again what was not answered. */
  readonly insistent: RobotBackend;
  readonly simulator: TencentSimulator;
  readonly trtc: TrtcSimulator;
  readonly temporal: Client;
}

export interface Played {
  readonly script: Script;
  readonly callId: string;
}

/** Who is in a given room from before the call until after it. */
export const HOST = 'host';
/** Who is in the text room that is called like a numeric one. */
export const NEIGHBOUR = 'neighbour';
export const streamUrl = ({ robot }: Script) => `https://media.test/${robot}.mp3`;

const STREAM_MS = { none: 0, long: 600_000, short: 2_000, broken: 0 } as const;
const RING_MS = 40_000;
/** The shortest one that Tencent takes. */
const SHORT_RING_MS = 10_000;
const LOOK_EVERY_MS = 700;
const PATIENCE_MS = 120_000;
const OVER = 101004;

/** Plays one script until it ends as it says, or is about to. */
export async function play(scene: Scene, script: Script): Promise<Played> {
  prepare(scene, script);
  const callId = await started(scene, script);
  const call = theirs(scene, callId);
  // A start whose answer was lost may be found by its record alone: nobody answered it.
  if (call.endedAt !== undefined) return { script: { ...script, ending: 'unanswered' }, callId };
  const where: TrtcRoom = givenRoom(script) ?? { name: call.request.roomId, kind: 'text' };
  const act = (user: string, action: Action) => {
    scene.simulator.control.act({ callId, user, action });
    if (action === 'Accept' || action === 'Join') scene.trtc.control.enter(where, user);
    if (action === 'HangUp') scene.trtc.control.exit(where, user);
  };
  if (script.ending === 'rejected') for (const user of script.callees) act(user, 'Reject');
  if (script.ending === 'rejected' || script.ending === 'unanswered') return { script, callId };

  const [first = '', second, third] = script.callees;
  act(first, 'Accept');
  if (second !== undefined) act(second, 'Offline');
  if (third !== undefined && script.ending === 'hangup') act(third, 'Accept');
  const guest = guestOf(script);
  if (guest !== undefined) act(guest, 'Join');
  await untilSeen(scene, script, callId);
  await pause(script.paceMs);
  switch (script.ending) {
    case 'hangup':
      for (const { account, status } of call.members) {
        if (account !== script.robot && status === 'Calling') act(account, 'HangUp');
      }
      break;
    case 'backend':
      await endByBackend(scene, callId);
      break;
    case 'operator':
      await endByOperator(scene.temporal, callId);
      break;
    case 'stream':
      // One that begins only now is over soon.
      scene.trtc.control.stream(streamUrl(script), { ms: STREAM_MS.short });
      scene.trtc.control.finish(streamUrl(script));
  }
  return { script, callId };
}

async function endByBackend({ insistent }: Scene, CallId: string): Promise<void> {
  for (;;) {
    const { ErrorCode } = await insistent.send('end_call', { CallId });
    if (ErrorCode === 0 || ErrorCode === OVER) return;
    await pause(LOOK_EVERY_MS);
  }
}

function prepare({ simulator, trtc }: Scene, script: Script): void {
  const { robot, stream, delivery, ending } = script;
  for (const fault of deliveredSo(delivery, robot)) simulator.control.fault(fault);
  const ms = STREAM_MS[ending === 'stream' ? 'long' : stream];
  trtc.control.stream(streamUrl(script), { ms, broken: stream === 'broken' });
  const room = givenRoom(script);
  if (room !== undefined) trtc.control.enter(room, HOST);
  if (room?.kind === 'numeric') trtc.control.enter({ ...room, kind: 'text' }, NEIGHBOUR);
}

async function started({ insistent }: Scene, script: Script): Promise<string> {
  const { robot, callees, stream, ending } = script;
  const room = givenRoom(script);
  const StreamIngest = {
    StreamUrl: streamUrl(script),
    ...(ending === 'stream' && { EndCallWhenFinished: true }),
  };
  const body = aStartBody({
    Robot_Account: robot,
    CalleeList_Account: callees,
    Timeout: ending === 'unanswered' ? SHORT_RING_MS : RING_MS,
    CallInfo: {
      MediaType: 'Audio',
      ...(room && { RoomId: room.name, RoomIdType: room.kind === 'numeric' ? 1 : 2 }),
    },
    ...(stream !== 'none' && { StreamIngest }),
  });
  const answer = await insistent.send('start_call_by_robot', body);
  const callId = answer.Response?.CallId;
  if (callId === undefined) throw new Error(`${described(script)}: ${JSON.stringify(answer)}`);
  return callId;
}

function theirs({ simulator }: Scene, callId: string): Call {
  const call = simulator.control.ledger().calls.find(({ id }) => id === callId);
  if (call === undefined) throw new Error(`Tencent knows no call ${callId}`);
  return call;
}

/** Until the product shows everybody as Tencent does, or the call is over. */
async function untilSeen(scene: Scene, script: Script, CallId: string): Promise<void> {
  const call = theirs(scene, CallId);
  for (const until = Date.now() + PATIENCE_MS; call.endedAt === undefined; ) {
    const { ErrorCode, Response } = await scene.insistent.send('get_call_info', { CallId });
    const ours = (Response?.UserList ?? []).map((each) => `${each.User_Account} ${each.Status}`);
    const said = call.members.flatMap(({ account, status }) =>
      status ? `${account} ${status}` : [],
    );
    if (ErrorCode === OVER || isDeepStrictEqual(ours.toSorted(), said.toSorted())) return;
    if (Date.now() > until) {
      throw new Error(`${described(script)}: shown as ${ours.join(', ')}, are ${said.join(', ')}`);
    }
    await pause(LOOK_EVERY_MS);
  }
}
