import { setTimeout as pause } from 'node:timers/promises';
import type { Device } from '../../../../src/simulators/tencent/devices.js';
import type { TencentSimulator } from '../../../../src/simulators/tencent/simulator.js';
import { aStartBody, type Envelope, type RobotBackend } from '../../robot-backend.js';
import type { RobotFault } from './faults.js';
import type { Story } from './plan.js';
import type { Script } from './scripts.js';

/** What the backend of a script was told. */
export interface Told {
  readonly script: Script;
  /** Tencent's id of the call, or the code of a refusal; nothing if nobody could say. */
  readonly providerCallId?: string;
  readonly refusal?: number;
  /** When it was promised that the call ends, or when that may have been understood. */
  readonly wishedAt?: number;
  readonly isPromised: boolean;
  readonly terminatedAt?: number;
}

export interface Scene {
  readonly simulator: TencentSimulator;
  readonly backend: RobotBackend;
  /** Terminates the workflow of the robot's call from outside, if it is not over. */
  terminate(robot: string): Promise<boolean>;
}

/** Long enough that an end of ours is no accident, and that a call nobody can find is over soon. */
const RING_MS: Readonly<Record<Story, number>> = {
  answered: 10_000,
  rejected: 10_000,
  unanswered: 10_000,
  cancelled: 20_000,
  crossing: 20_000,
  terminated: 20_000,
};
/** Tencent takes its time over an end, and somebody answers meanwhile. */
export const CROSSING_MS = 1_000;
/** A start is repeated as long as it is promised to be the same; one repeated later is another. */
const START_AGAIN_UNTIL_MS = 55_000;
const END_AGAIN_UNTIL_MS = 120_000;
const AGAIN_AFTER_MS = 150;
const OVER = 101004;
const REPEAT_CODES: readonly number[] = [60008, 60014, 101001];

/** Sends again what was not answered, or answered by "again"; what was said last if time runs out. */
async function insist(
  send: () => Promise<Envelope>,
  withinMs: number,
): Promise<{ readonly answer: Envelope | undefined; readonly tries: number }> {
  const until = Date.now() + withinMs;
  for (let tries = 1; ; tries += 1) {
    const answer = await send().catch(() => undefined);
    const isFinal = answer !== undefined && !REPEAT_CODES.includes(answer.ErrorCode);
    if (isFinal || Date.now() > until) return { answer: isFinal ? answer : undefined, tries };
    await pause(AGAIN_AFTER_MS);
  }
}

async function isOver(backend: RobotBackend, CallId: string): Promise<boolean> {
  const seen = await backend.send('get_call_info', { CallId }).catch(() => undefined);
  return seen?.ErrorCode === OVER;
}

/** A search for records names no call, so anybody's meets it. */
const meantFor = (robot: string, fault: RobotFault): RobotFault =>
  fault.on === 'get_record_by_filter' ? fault : { ...fault, robot };

function phonesOf({ story, paceMs }: Script): readonly Device[] {
  switch (story) {
    case 'answered': {
      const afterwards = { does: 'hang-up', afterMs: 500 + paceMs } as const;
      return [{ does: 'answer', afterMs: 200 + paceMs, afterwards }];
    }
    case 'rejected':
      return [{ does: 'reject', afterMs: 200 + paceMs }];
    case 'unanswered':
    case 'cancelled':
    case 'crossing':
    case 'terminated':
      return [{ does: 'nothing' }];
  }
}

export async function play(script: Script, scene: Scene): Promise<Told> {
  const { simulator, backend } = scene;
  const { robot, callee, story, faults, paceMs } = script;
  simulator.control.script({ user: callee, devices: phonesOf(script) });
  if (story === 'crossing') {
    simulator.control.fault({ on: 'end_call', kind: 'slow-effect', ms: CROSSING_MS, robot });
  }
  for (const fault of faults) simulator.control.fault(meantFor(robot, fault));
  const body = aStartBody({
    Robot_Account: robot,
    CalleeList_Account: [callee],
    Timeout: RING_MS[story],
  });
  const random = String(script.nth);
  const start = () => backend.send('start_call_by_robot', body, { random });
  const { answer } = await insist(start, START_AGAIN_UNTIL_MS);
  if (answer === undefined) return { script, isPromised: false };
  const providerCallId = answer.Response?.CallId;
  if (providerCallId === undefined) return { script, refusal: answer.ErrorCode, isPromised: false };
  const told = { script, providerCallId, isPromised: false };
  await pause(paceMs);
  switch (story) {
    case 'answered':
    case 'rejected':
    case 'unanswered':
      return told;
    case 'terminated':
      if (!(await scene.terminate(robot))) return told;
      const terminatedAt = Date.now();
      while (!(await isOver(backend, providerCallId))) await pause(AGAIN_AFTER_MS);
      return { ...told, terminatedAt };
    case 'cancelled':
    case 'crossing': {
      const end = () => backend.send('end_call', { CallId: providerCallId });
      const ended = await insist(end, END_AGAIN_UNTIL_MS);
      const wishedAt = Date.now();
      if (story === 'crossing') {
        await pause(paceMs % CROSSING_MS);
        simulator.control.act({ callId: providerCallId, user: callee, action: 'Accept' });
      }
      const isPromised = ended.answer?.ErrorCode === 0;
      // One that was repeated may have been understood before it was told that the call is over.
      const isWished = isPromised || ended.tries > 1;
      return { ...told, isPromised, ...(isWished && { wishedAt }) };
    }
  }
}
