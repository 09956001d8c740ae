/**
 * Invariants of every handler here:
 * 1. Registered before the first `await`: the server rejects updates without a handler.
 * 2. Synchronous: nothing can come between judging and assigning. `placed` alone waits, bounded; a
 *    stray leg is handed over after all is assigned.
 * 3. Only `ApplicationFailure` leaves an update; nothing leaves a signal, or it would fail the call.
 * 4. What the validator refuses costs no history; the handler judges again all the same.
 */
import {
  ApplicationFailure,
  condition,
  log,
  setDefaultSignalHandler,
  setDefaultUpdateHandler,
  setHandler,
} from '@temporalio/workflow';
import type { CallEvent } from '../../src/call/events.js';
import { isPlacing, isSettled } from '../../src/call/placing.js';
import { type CallState, isOver } from '../../src/call/state.js';
import { CODES, type ErrorCode } from '../../src/contract/codes.js';
import { parseCommand } from '../../src/contract/command-payload.js';
import {
  COMMAND_NAMES,
  type CommandName,
  NO_CHANGE,
  PROVIDER_REPORT_SIGNAL,
} from '../../src/contract/names.js';
import {
  isPush,
  parseProviderPush,
  parseProviderReport,
} from '../../src/contract/provider-report.js';
import {
  type Asked,
  commandSignal,
  commandUpdate,
  placedUpdate,
  providerReportSignal,
  readUpdate,
  stateQuery,
  timelineQuery,
} from './messages.js';
import type { RoomWatch } from './room-watch.js';
import type { CallSession } from './session.js';
import { hangUpStray, isAlive } from './stray-leg.js';

/** What an answer may take to reach the one who waits for it: later it counts as not heard. */
const ON_ITS_WAY_MS = 1_000;
/** No answer is waited for longer than this, whatever was asked. */
const LONGEST_WAIT_MS = 10_000;

export function registerHandlers(session: CallSession, room: RoomWatch): void {
  setHandler(stateQuery, () => session.state, { description: 'The call as it is now' });
  setHandler(readUpdate, () => session.state, {
    validator: () => {
      throw noChange(session.state);
    },
    description: 'The call as it is now, in turn with everything else that comes',
  });
  setHandler(timelineQuery, () => session.timeline, { description: 'The last 200 entries' });
  setHandler(providerReportSignal, (report) => signalReport(session, room, report));
  for (const name of COMMAND_NAMES) {
    setHandler(commandUpdate(name), (payload) => carryOut(session, name, payload), {
      validator: (payload) => validate(session, name, payload),
      description: `${name}, answered with the call`,
    });
    setHandler(commandSignal(name), (payload) => signal(session, name, payload), {
      description: `${name}, not answered: a refusal is only logged`,
    });
  }
  setHandler(placedUpdate, (asked) => whatCameOfPlacing(session, asked), {
    validator: (asked) => requireTime(asked),
    description: 'What came of asking the provider for the call',
  });
  setDefaultUpdateHandler((name) => {
    throw failure(40001, `unknown command ${name}`);
  });
  setDefaultSignalHandler((name) => drop(session, name, 'unknown signal'));
}

/**
 * Waits for the provider's word as long as somebody waits for ours. Whoever is told it has claimed
 * the call; whoever is told that it is not known yet has not, and may ask again.
 */
async function whatCameOfPlacing(session: CallSession, { answer_by }: Asked): Promise<CallState> {
  const isKnown = () => isOver(session.state) || !isPlacing(session.state);
  const leftMs = Math.min(answer_by - ON_ITS_WAY_MS - Date.now(), LONGEST_WAIT_MS);
  if (leftMs > 0) await condition(isKnown, leftMs, { summary: 'placing is awaited' });
  session.apply({ type: isKnown() && leftMs > 0 ? 'claimed' : 'put-off' });
  return session.state;
}

function requireTime(asked: unknown): void {
  const isAsked = typeof asked === 'object' && asked !== null && 'answer_by' in asked;
  if (!isAsked || typeof asked.answer_by !== 'number') throw failure(40001, 'answer_by is missing');
}

function validate(session: CallSession, name: CommandName, payload: unknown): void {
  const event = parsed(name, payload);
  const { refusal, state } = session.judge(event);
  if (refusal !== undefined) throw refused(refusal, state);
  if (state === session.state) throw noChange(state);
}

function carryOut(session: CallSession, name: CommandName, payload: unknown): CallState {
  const { refusal } = session.apply(parsed(name, payload));
  if (refusal !== undefined) throw failure(refusal);
  return session.state;
}

function signal(session: CallSession, name: CommandName, payload: unknown): void {
  const command = parseCommand(name, payload);
  if ('invalid' in command) return drop(session, name, command.invalid);
  const { refusal } = session.apply(command.value);
  if (refusal !== undefined) drop(session, name, `refused ${refusal}`);
}

function signalReport(
  session: CallSession,
  room: RoomWatch,
  payload: unknown,
): Promise<void> | undefined {
  if (isPush(payload)) return signalPush(session, payload);
  const report = parseProviderReport(payload);
  if ('invalid' in report) return drop(session, PROVIDER_REPORT_SIGNAL, report.invalid);
  if (report.value.type === 'room') room.hear(report.value);
  else session.report(report.value);
  return undefined;
}

/**
 * A provider that was made to dial twice speaks of two calls; one of them is ours. The other is hung
 * up if it lives, and so is ours if it lives after its end.
 */
function signalPush(session: CallSession, payload: unknown): Promise<void> | undefined {
  const push = parseProviderPush(payload);
  if ('invalid' in push) return drop(session, PROVIDER_REPORT_SIGNAL, push.invalid);
  const { token, providerCallId, reports } = push.value;
  if (token !== session.state.token)
    return drop(session, PROVIDER_REPORT_SIGNAL, 'of another call');
  const isOurs = providerCallId === (session.state.providerCallId ?? providerCallId);
  if (!isOurs) drop(session, PROVIDER_REPORT_SIGNAL, `of a stray leg ${providerCallId}`);
  for (const report of isOurs ? reports : []) session.report(report);
  const isStray = !isOurs || isSettled(session.state);
  return isStray && isAlive(reports) ? hangUpStray(session.state, providerCallId) : undefined;
}

function drop(session: CallSession, name: string, why: string): undefined {
  log.warn('signal dropped', { signal: name, why });
  session.dropSignal(name, why);
}

function parsed(name: CommandName, payload: unknown): CallEvent {
  const command = parseCommand(name, payload);
  if ('invalid' in command) throw failure(40001, command.invalid);
  return command.value;
}

const failure = (code: ErrorCode, message: string = CODES[code].message): ApplicationFailure =>
  ApplicationFailure.create({ type: String(code), message, nonRetryable: true });

/** With the call that refuses, so that whoever sent several need not send the others. */
const refused = (code: ErrorCode, state: CallState): ApplicationFailure =>
  ApplicationFailure.create({
    type: String(code),
    message: CODES[code].message,
    nonRetryable: true,
    details: [state],
  });

const noChange = (state: CallState): ApplicationFailure =>
  ApplicationFailure.create({
    type: NO_CHANGE,
    message: 'nothing changed',
    nonRetryable: true,
    details: [state],
  });
