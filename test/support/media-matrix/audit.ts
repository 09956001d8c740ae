import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { CallState } from '../../../src/call/state.js';
import type { Call } from '../../../src/simulators/tencent/call.js';
import { historyOf } from '../kills/call-history.js';
import { agreement, type Compared, type Left, type Row } from '../kills/kill-audit.js';
import { differences } from './differences.js';
import { HOST, NEIGHBOUR, type Played, type Scene, streamUrl } from './players.js';
import { described, givenRoom, isAnswered, type Script } from './scripts.js';

const LOOK_EVERY_MS = 500;

/** What is wrong after all, in words, once nothing is or that much time has passed. */
export async function stillWrong(
  look: () => readonly string[],
  withinMs: number,
): Promise<readonly string[]> {
  for (const until = Date.now() + withinMs; ; await pause(LOOK_EVERY_MS)) {
    const wrong = look();
    if (wrong.length === 0 || Date.now() > until) return wrong;
  }
}

/** What these calls have left at Tencent and TRTC that has to go, and what went that was others'. */
export function leftBehind({ simulator, trtc }: Scene, played: readonly Played[]): string[] {
  const { calls } = simulator.control.ledger();
  const { tasks, rooms } = trtc.control.ledger();
  return played.flatMap(({ script, callId }) => {
    const wrong = (what: string) => `${described(script)}: ${what}`;
    const call = calls.find(({ id }) => id === callId);
    const live = tasks.filter(({ url, endedAt }) => url === streamUrl(script) && !endedAt);
    return [
      ...(call?.endedAt === undefined ? [wrong('the call goes on')] : []),
      ...live.map(({ id }) => wrong(`stream ${id} plays on`)),
      ...roomFaults(script, call, rooms).map(wrong),
    ];
  });
}

type Rooms = Readonly<Record<string, readonly string[]>>;

/** A room that was made up is gone; from a given one nobody is missing but whom we sent there. */
function roomFaults(script: Script, call: Call | undefined, rooms: Rooms): string[] {
  const given = givenRoom(script);
  if (given === undefined) {
    const inside = rooms[`text:${call?.request.roomId}`];
    return inside === undefined ? [] : [`its room is open, with ${inside.join(', ')}`];
  }
  const stayed = (call?.members ?? []).flatMap(({ account, status }) =>
    status === 'Calling' && account !== script.robot ? [account] : [],
  );
  const shouldBe: Rooms = {
    [`${given.kind}:${given.name}`]: [HOST, ...stayed],
    ...(given.kind === 'numeric' && { [`text:${given.name}`]: [NEIGHBOUR] }),
  };
  return Object.entries(shouldBe).flatMap(([room, users]) => {
    const inside = (rooms[room] ?? []).toSorted();
    const isRight = isDeepStrictEqual(inside, users.toSorted());
    return isRight ? [] : [`room ${room} has ${inside.join(', ')} instead of ${users.join(', ')}`];
  });
}

/** Every call as the store has it, held to Tencent's ledger and to its own history. */
export async function wrongCalls(
  { simulator, trtc, temporal }: Scene,
  played: readonly Played[],
  { rows, busyLines, wrongCursors }: Left,
): Promise<string[]> {
  const { calls } = simulator.control.ledger();
  const { tasks } = trtc.control.ledger();
  const ends = played.map(({ script, callId }) => {
    const isMeant = ({ state }: Row) => state.parties[0]?.userId === script.robot;
    const streams = tasks.filter(({ url }) => url === streamUrl(script)).length;
    const rung = calls.filter(({ request }) => request.robot === script.robot);
    const found = { rows: rows.filter(isMeant).filter(hasRung), rung, streams };
    return { script, ...compared(script, callId, found) };
  });
  const histories = rows.filter(wasStarted).map(async (row) => {
    const robot = row.state.parties[0]?.userId;
    const script = played.find((each) => each.script.robot === robot)?.script;
    const history = await historyOf(temporal, row.state.callId);
    if (history === undefined || script === undefined) {
      return { script, is: `call ${row.state.callId} of ${robot}`, shouldBe: 'none' };
    }
    const missed = script.ending === 'unanswered' || !hasRung(row);
    const { is, shouldBe } = agreement(row, history, { terminated: false, missed });
    // Whatever has an id is stopped by it; only what was lost is thrown out of its room.
    const endedOtherwise = tasks
      .filter(({ id }) => history.streams.includes(id))
      .filter(({ endedBy }) => endedBy !== 'stop' && endedBy !== 'stream');
    return { script, is: { is, endedOtherwise }, shouldBe: { is: shouldBe, endedOtherwise: [] } };
  });
  return [
    ...[...ends, ...(await Promise.all(histories))].flatMap(({ script, is, shouldBe }) => {
      if (isDeepStrictEqual(is, shouldBe)) return [];
      const who = script === undefined ? '' : described(script);
      return [`${who}\n${differences(is, shouldBe).join('\n')}`];
    }),
    ...busyLines.map((line) => `a line is busy: ${JSON.stringify(line)}`),
    ...wrongCursors.map((cursor) => `a cursor is wrong: ${JSON.stringify(cursor)}`),
  ];
}

/** A start that came too late has no history. */
const wasStarted = ({ state: { cause } }: Row): boolean => cause !== 'unreachable';

/** One that was not sent, or was lost on its way, rang nobody; the next try is another one. */
const hasRung = ({ state: { cause, providerCallId } }: Row): boolean =>
  providerCallId !== undefined || cause === undefined;

interface Found {
  readonly rows: readonly Row[];
  readonly rung: readonly Call[];
  readonly streams: number;
}

function compared(script: Script, callId: string, { rows, rung, streams }: Found): Compared {
  const [row] = rows;
  const state = row?.state;
  const call = rung.find(({ id }) => id === callId);
  const { cause, reasons } = END[script.ending];
  return {
    is: {
      calls: rows.map((each) => each.state.providerCallId),
      rung: rung.map(({ id }) => id),
      cause: state?.cause,
      isReasonRight: reasons === undefined || reasons.includes(state?.reason ?? ''),
      wasAnswered: state?.acceptedAt !== undefined,
      ends: row?.events.filter(({ type }) => type === 'call.ended').length,
      callees: state && calleesIn(state),
      isHeardByWhoAnswered: streams === 0 || isAnswered(script.ending),
    },
    shouldBe: {
      calls: [callId],
      rung: [callId],
      cause,
      isReasonRight: true,
      wasAnswered: isAnswered(script.ending),
      ends: 1,
      callees: call && state && calleesShouldBe(script, call, state),
      isHeardByWhoAnswered: true,
    },
  };
}

interface End {
  readonly cause: string;
  readonly reasons?: readonly string[];
}

const END: Readonly<Record<Script['ending'], End>> = {
  hangup: { cause: 'hangup' },
  backend: { cause: 'hangup' },
  operator: { cause: 'ops_ended' },
  stream: { cause: 'hangup', reasons: ['stream_finished', 'stream_failed'] },
  rejected: { cause: 'rejected' },
  unanswered: { cause: 'no_answer' },
};

const calleesIn = ({ parties }: CallState): Record<string, string> =>
  Object.fromEntries(
    parties.filter(({ role }) => role === 'callee').map(({ userId, state }) => [userId, state]),
  );

/** Tencent's ledger in our words. */
function calleesShouldBe(
  script: Script,
  { members, result }: Call,
  state: CallState,
): Record<string, string> {
  const ours = calleesIn(state);
  const others = members.filter(({ account }) => account !== script.robot);
  return Object.fromEntries(
    others.map(({ account, status, out }) => {
      if (status === 'Calling' || out === 'HangUp') return [account, 'left'];
      if (status === 'Waiting') return [account, 'missed'];
      const isMissed = ours[account] === 'missed';
      // It may have rung out while the call was ended, and nobody looked any more.
      if (out === 'NotAnswer' || result === 'NotAnswer') {
        return [account, isMissed && isAnswered(script.ending) ? 'missed' : 'no_answer'];
      }
      if (out === 'Reject') return [account, 'rejected'];
      if (wasTold(state, account)) return [account, 'unreachable'];
      // Without a word of why, it is the time that says whether they rejected or did not answer.
      return [account, ours[account] === 'no_answer' ? 'no_answer' : 'rejected'];
    }),
  );
}

/** Whether Tencent's own word of why somebody is out had come by the time it was needed. */
const wasTold = ({ heard }: CallState, userId: string): boolean =>
  heard?.words[userId]?.fact === 'unreachable';

/** How many were told of as unreachable, of all who were. */
export function toldOf({ rows }: Left, { simulator }: Scene): { told: number; all: number } {
  const { calls } = simulator.control.ledger();
  const gone = calls.flatMap(({ id, members }) =>
    members.flatMap(({ account, out }) => (out === 'Offline' ? [{ id, account }] : [])),
  );
  const told = gone.filter(({ id, account }) =>
    rows.some(({ state }) => state.providerCallId === id && wasTold(state, account)),
  );
  return { told: told.length, all: gone.length };
}
