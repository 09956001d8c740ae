import { ApplicationFailure } from '@temporalio/activity';
import { type CallState, callerOf } from '../src/call/state.js';
import type { RobotHint } from '../src/contract/robot-hint.js';
import type { CallReader } from '../src/ports/call-reader.js';
import type { CallbackRelay, CallbackTargets } from '../src/ports/callback-targets.js';
import type { LookUpOutcome, RobotCalls } from '../src/ports/robot-calls.js';
import type { CallbackActivities, HintedCall } from '../workflows/callbacks/activities.js';

export interface CallbackWork {
  readonly appId: string;
  readonly targets: Pick<CallbackTargets, 'read'>;
  readonly relay: CallbackRelay;
  readonly reader: Pick<CallReader, 'findByProviderId' | 'placingIn'>;
  readonly robotCalls: Pick<RobotCalls, 'lookUp'>;
}

/** Finds whom a callback concerns, and carries it on; see `CallbackActivities`. */
export const createCallbackActivities = (work: CallbackWork) =>
  ({
    async findHintedCall(hint): Promise<HintedCall | null> {
      const { reader, robotCalls } = work;
      const known = await reader.findByProviderId(hint.providerCallId);
      if (known !== undefined) return { callId: known.state.callId, isFound: false };
      const { about } = hint;
      if (about === undefined) throw notYet('no call of ours has this id yet');
      const [lost, ...others] = (await reader.placingIn(about.room.id)).filter((state) =>
        mayBe(state, about),
      );
      if (lost === undefined || others.length > 0) return null;
      const seen = await robotCalls.lookUp(hint.providerCallId);
      if (seen.kind === 'unknown')
        throw notYet('the provider does not say whether it is that call');
      return isConfirmed(lost, seen) ? { callId: lost.callId, isFound: true } : null;
    },

    async relayCallback({ command, query, body }) {
      const target = await work.targets.read(work.appId);
      if (target?.commands.includes(command) !== true) return;
      const outcome = await work.relay.deliver({ query, body }, target);
      if (outcome.kind === 'taken') return;
      throw ApplicationFailure.create({ type: 'BACKEND_DID_NOT_TAKE_IT', message: outcome.why });
    },
  }) satisfies CallbackActivities;

type About = NonNullable<RobotHint['about']>;

/** Rooms may be given and used again, so robot and callees have to fit as well. */
function mayBe(state: CallState, { room, users }: About): boolean {
  const sameKind =
    room.kind === undefined || state.room?.kind === undefined || room.kind === state.room.kind;
  return sameKind && usersOf(state).every((userId) => users.includes(userId));
}

/** One that is over is found by its record. */
const isConfirmed = (state: CallState, seen: LookUpOutcome): boolean =>
  seen.kind === 'live' &&
  seen.parties.length > 0 &&
  seen.parties.every(({ userId }) => usersOf(state).includes(userId));

const usersOf = (state: CallState): string[] => {
  const callees = state.parties.filter(({ role }) => role === 'callee');
  return [callerOf(state).userId, ...callees.map(({ userId }) => userId)];
};

const notYet = (message: string) => ApplicationFailure.create({ type: 'NOT_YET', message });
