import { expect, it } from 'vitest';
import type { Call } from '../../src/simulators/tencent/call.js';
import { HOST, play, streamUrl } from '../support/media-matrix/players.js';
import {
  DELIVERIES,
  drawFaults,
  drawScripts,
  type Script,
} from '../support/media-matrix/scripts.js';
import { runs } from '../support/runs.js';
import { runSeed, seeded } from '../support/seeded.js';
import { type CallDetail, serviceReader } from '../support/service-reader.js';
import { type StreamStack, startStreamStack } from '../support/tencent.js';
import { CALLBACK_KEY } from '../support/trtc.js';

const SECRET = 'a-secret-of-tests';
const SCRIPTS = 16;
/** Scripts that run at a time under one way of delivering callbacks. */
const COMMANDS = ['StartCall', 'MemberChanged', 'EndCall'].map(
  (what) => `Call.CallbackAfter${what}`,
);

async function open(): Promise<StreamStack> {
  const opened = await startStreamStack(
    {},
    { TENCENT_CALLBACK_SECRET: SECRET, TRTC_CALLBACK_KEY: CALLBACK_KEY },
  );
  const { direct, stack, trtc } = opened;
  const Url = `${stack.url}/webhooks/tencent-call/${SECRET}`;
  await direct.send('call_config/set_callback', { Url, CallbackCommandList: COMMANDS });
  trtc.control.callBack({ url: `${stack.url}/webhooks/trtc` });
  return opened;
}

interface Played {
  readonly script: Script;
  readonly callId: string;
}

/** Groups of scripts, one for each way in which callbacks travel. */
async function playAll(opened: StreamStack, scripts: readonly Script[]): Promise<Played[]> {
  const played: Played[] = [];
  for (const how of DELIVERIES) {
    opened.simulator.control.deliver({ how });
    opened.trtc.control.callBack({ how });
    const together = scripts.filter(({ delivery }) => delivery === how);
    const callIds = await Promise.all(together.map((script) => play(opened, script)));
    played.push(...together.map((script, nth) => ({ script, callId: callIds[nth] ?? '' })));
  }
  return played;
}

const theirs = ({ simulator }: StreamStack, callId: string): Call | undefined =>
  simulator.control.ledger().calls.find(({ id }) => id === callId);

const statesOf = (call: CallDetail) =>
  Object.fromEntries(call.parties.map(({ user_id, state }) => [String(user_id), state]));

const isAnswered = (ending: Script['ending']): boolean =>
  ending !== 'rejected' && ending !== 'unanswered';

/** A start that was repeated has used up a number. */
async function allCalls(read: (callId: number) => Promise<CallDetail>): Promise<CallDetail[]> {
  const ids = Array.from({ length: 5 * SCRIPTS }, (_, nth) => nth + 1);
  const found = await Promise.all(ids.map((callId) => read(callId).catch(() => undefined)));
  return found.filter((call) => call !== undefined);
}

it.each(Array.from({ length: runs(1) }, (_, nth) => runSeed() + nth))(
  'leaves no stream, no room of its own and no call behind, whatever fails, seed %i',
  async (seed) => {
    const random = seeded(seed);
    const opened = await open();
    const { simulator, trtc, stack } = opened;
    for (const fault of drawFaults(random)) trtc.control.fault(fault);
    const played = await playAll(opened, drawScripts(SCRIPTS, random));

    // What nobody has met by now would only make the last of them wait longer and longer.
    const faults = trtc.control.faults();
    trtc.control.clearFaults();
    const live = () => simulator.control.ledger().calls.filter(({ endedAt }) => !endedAt);
    await expect.poll(live, { timeout: 120_000 }).toEqual([]);
    const playing = () => trtc.control.ledger().tasks.filter(({ endedAt }) => !endedAt);
    await expect.poll(playing, { timeout: 120_000 }).toEqual([]);
    const rooms = played.flatMap(({ script: { room } }) => (room ? [`text:${room}`] : []));
    const open_ = () => Object.keys(trtc.control.ledger().rooms).sort();
    await expect.poll(open_, { timeout: 120_000 }).toEqual(rooms.toSorted());

    const read = await serviceReader(stack);
    // Ours are over a little later than theirs: the record says how they ended.
    const notOver = async () => (await allCalls(read)).filter(({ ended_at }) => ended_at === null);
    await expect.poll(notOver, { timeout: 120_000, interval: 1_000 }).toEqual([]);
    const calls = await allCalls(read);
    const byRobot = new Map(calls.map((call) => [String(call.caller_user_id), call]));
    for (const { script, callId } of played) {
      const { robot, room, stream, ending, callees } = script;
      const ours = byRobot.get(robot);
      if (ours === undefined) throw new Error(`${robot} has no call`);
      // Nobody is rung twice, and Tencent and we agree on whether somebody spoke.
      const rung = simulator.control
        .ledger()
        .calls.filter(({ request }) => request.robot === robot);
      expect(rung.map(({ id }) => id)).toEqual([callId]);
      expect([robot, ours.accepted_at !== null]).toEqual([
        robot,
        theirs(opened, callId)?.acceptedAt !== undefined,
      ]);
      expect([robot, ours.accepted_at !== null]).toEqual([robot, isAnswered(ending)]);
      expect(['ended', 'rejected', 'cancelled']).toContain(ours.status);
      const states = Object.values(statesOf(ours));
      expect(states.filter((state) => state === 'ringing' || state === 'present')).toEqual([]);
      if (ending === 'stream') expect(ours.end_reason).toMatch(/^stream_(finished|failed)$/);
      if (ending === 'operator') expect(ours.end_cause).toBe('ops_ended');
      if (ending === 'rejected' && script.delivery !== 'none') {
        expect(callees.map((user) => statesOf(ours)[user])).toEqual(callees.map(() => 'rejected'));
      }
      // Nothing is played to whom nobody answered, and from a room of others only our own user goes.
      const tasks = trtc.control.ledger().tasks.filter(({ url }) => url === streamUrl(robot));
      if (stream === 'none' || ours.accepted_at === null) expect(tasks).toEqual([]);
      if (room !== undefined) {
        expect(trtc.control.ledger().rooms[`text:${room}`]).toContain(HOST);
        expect(trtc.control.ledger().rooms[`text:${room}`]).not.toContain(robot);
      }
    }

    const fired = faults.map(({ fault, fired: times }) => `${fault.on} ${fault.kind} ${times}`);
    const heard = trtc.control.ledger().tasks.filter(({ endedBy }) => endedBy === 'stream').length;
    process.stdout.write(
      [
        `seed ${seed}`,
        ...played.map(({ script }) => JSON.stringify(script)),
        `faults: ${fired.join(', ')}`,
        `streams heard to their end ${heard} of ${trtc.control.ledger().tasks.length}`,
        `callbacks of Tencent ${simulator.control.ledger().callbacks.length}, of TRTC ${trtc.control.ledger().callbacks.length}`,
        '',
      ].join('\n'),
    );
    const kinds = new Set(
      faults.filter(({ fired: times }) => times > 0).map(({ fault }) => fault.on),
    );
    expect([...kinds].sort()).toEqual([...new Set(faults.map(({ fault }) => fault.on))].sort());
    expect(heard).toBeGreaterThan(0);
    const callbacks = [...simulator.control.ledger().callbacks, ...trtc.control.ledger().callbacks];
    expect(callbacks.filter(({ status }) => status === 200).length).toBeGreaterThan(0);
  },
);
