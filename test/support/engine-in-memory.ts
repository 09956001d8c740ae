import type { ProviderReport } from '../../src/call/events.js';
import { type CallState, isOver } from '../../src/call/state.js';
import { type OutwardEvent, toldBy } from '../../src/call/step.js';
import { type Judgement, judge } from '../../src/call/transition.js';
import { codeOfRefusal } from '../../src/contract/codes.js';
import { parseCommand } from '../../src/contract/command-payload.js';
import { releaseWorkflowId } from '../../src/contract/ids.js';
import type { CallEngine, CommandOutcome, StartCall } from '../../src/ports/call-engine.js';
import type { Records } from '../../src/ports/records.js';
import { StoreUnavailable } from '../../src/ports/reservations.js';

/**
 * `unavailable`: nothing can be sent. `unknown`: whatever is sent takes effect and no answer comes.
 * `no-worker`: starts are taken, commands and queries are answered by nobody.
 */
export type EngineMood = 'well' | 'unavailable' | 'unknown' | 'no-worker';

export interface EngineInMemory extends CallEngine {
  mood: EngineMood;
  /** Every start and command that was carried out, in order. */
  readonly carriedOut: readonly string[];
  /** A workflow that is terminated from outside: nothing is recorded. */
  terminate(callId: number): void;
  /** The same, of one that can still be looked at. */
  terminateVisibly(callId: number): void;
  /** Calls whose provider was to be given back what they held, once each, and stray legs of calls. */
  readonly released: readonly CallState[];
  /** What the provider of a robot or phone call says when it is asked for one; by default nothing. */
  onPlace: (call: StartCall) => ProviderReport | undefined;
  /** What the provider says of a call later on. */
  report(callId: number, report: ProviderReport): Promise<void>;
}

const NOT_SENT: ProviderReport = {
  type: 'refused',
  code: 0,
  info: 'not sent: ended before',
  reason: 'not_sent',
};

interface Deps {
  readonly records: Records;
  readonly now: () => number;
}

/** The engine's promises kept by the call's own rules on a map, and lost with the process. */
export function createEngineInMemory({ records, now }: Deps): EngineInMemory {
  const calls = new Map<number, CallState>();
  const terminated = new Set<number>();
  const released = new Map<string, CallState>();
  const carriedOut: string[] = [];

  const isClosed = (state: CallState) => isOver(state) || terminated.has(state.callId);

  async function keep(state: CallState, effects: Judgement['effects']): Promise<void> {
    calls.set(state.callId, state);
    await write(state, toldBy(effects));
  }

  /** A store that is away holds no call up: the record catches up with the next write. */
  async function write(state: CallState, told: readonly OutwardEvent[]): Promise<void> {
    try {
      await records.write(state, told);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
    }
  }

  async function report(callId: number, said: ProviderReport): Promise<void> {
    const state = calls.get(callId);
    if (state === undefined) return;
    const judged = judge(state, said, now());
    if (judged.state !== state) await keep(judged.state, judged.effects);
  }

  /** Nobody is rung for a call that came with a wish to end it. */
  function placing(call: StartCall): ProviderReport | undefined {
    if ((call.robot ?? call.phone) === undefined) return undefined;
    return call.state.ending === undefined ? engine.onPlace(call) : NOT_SENT;
  }

  async function start(call: StartCall): Promise<void> {
    const { state, startBy, supersedes } = call;
    if (calls.has(state.callId) || now() > startBy) return;
    carriedOut.push(`start ${state.callId}`);
    const said = placing(call);
    const begun = said && judge(state, said, now());
    // Before the first await: whoever asks what came of placing waits for the provider's word.
    calls.set(state.callId, begun?.state ?? state);
    await write(state, []);
    if (begun !== undefined) await write(begun.state, toldBy(begun.effects));
    const former = supersedes === undefined ? undefined : calls.get(supersedes);
    if (former === undefined) return;
    const end = { type: 'end', by: state.parties[0]?.userId ?? '', cause: 'superseded' } as const;
    const ended = judge(former, end, now());
    await keep(ended.state, ended.effects);
  }

  const command: CallEngine['command'] = async (callId, name, payload): Promise<CommandOutcome> => {
    if (engine.mood === 'unavailable') return { kind: 'unavailable' };
    if (engine.mood === 'no-worker') return { kind: 'unknown' };
    const state = calls.get(callId);
    if (state === undefined || isClosed(state)) return { kind: 'gone' };
    const parsed = parseCommand(name, payload);
    if ('invalid' in parsed) return { kind: 'refused', code: 40001 };
    const judged = judge(state, parsed.value, now());
    if (judged.state !== state) await keep(judged.state, judged.effects);
    if (engine.mood === 'unknown') return { kind: 'unknown' };
    if (judged.refusal !== undefined) {
      return { kind: 'refused', code: codeOfRefusal(judged.refusal) };
    }
    carriedOut.push(`${name} ${callId}`);
    const unchanged = judged.state === state ? ({ unchanged: true } as const) : {};
    return { kind: 'done', state: judged.state, ...unchanged };
  };

  const engine: EngineInMemory = {
    mood: 'well',
    carriedOut,
    terminate: (callId) => void calls.delete(callId),
    terminateVisibly: (callId) => void terminated.add(callId),
    get released() {
      return [...released.values()];
    },
    async release(state, leg) {
      if (engine.mood === 'unavailable') return 'unavailable';
      const id = releaseWorkflowId(state.callId, leg);
      const known = released.has(id);
      released.set(id, leg === undefined ? state : { ...state, providerCallId: leg });
      if (engine.mood === 'unknown') return 'unknown';
      return known ? 'already-started' : 'started';
    },
    command,
    onPlace: () => undefined,
    report,
    async hear(callId, { token, providerCallId, reports }) {
      if (engine.mood === 'unavailable') return 'unavailable';
      const state = calls.get(callId);
      if (state === undefined || isClosed(state)) return 'gone';
      const isOurs =
        state.token === token && (state.providerCallId ?? providerCallId) === providerCallId;
      for (const each of isOurs ? reports : []) await report(callId, each);
      return engine.mood === 'unknown' ? 'unknown' : 'delivered';
    },
    async placed(callId) {
      if (engine.mood === 'unavailable') return { kind: 'unavailable' };
      if (engine.mood !== 'well') return { kind: 'unknown' };
      const state = calls.get(callId);
      return state === undefined ? { kind: 'gone' } : { kind: 'done', state };
    },
    async start(call) {
      if (engine.mood === 'unavailable') return 'unavailable';
      const known = calls.has(call.state.callId);
      await start(call);
      if (engine.mood === 'unknown') return 'unknown';
      return known ? 'already-started' : 'started';
    },
    async state(callId) {
      return engine.mood === 'well' ? calls.get(callId) : undefined;
    },
    async running() {
      if (engine.mood !== 'well') return undefined;
      return new Set([...calls.values()].filter((call) => !isClosed(call)).map((c) => c.callId));
    },
    async presence(callId) {
      if (engine.mood === 'unavailable' || engine.mood === 'unknown') return 'unknown';
      const state = calls.get(callId);
      if (state === undefined) return 'missing';
      return isClosed(state) ? 'closed' : 'running';
    },
  };
  return engine;
}
