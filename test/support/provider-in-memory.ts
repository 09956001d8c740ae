import type {
  EndOutcome,
  FindPlacedOutcome,
  LookUpOutcome,
  PlaceOutcome,
  RecordOutcome,
  RobotCallParty,
  RobotCallRecord,
  RobotCalls,
} from '../../src/ports/robot-calls.js';

const evidence = {};
export const PROVIDER_CALL_ID = '35fd577d-1d10-4201-a40d-6d7316560986';

/** The port of robot calls with one call behind it, driven by a test. */
export interface ProviderInMemory extends RobotCalls {
  /** Every request that was made, in order; looking up and reading records are left out. */
  readonly asked: string[];
  readonly lookUps: number;
  readonly searches: number;
  /** What becomes of placing; by default it is placed. */
  onPlace: () => Promise<PlaceOutcome>;
  onEnd: () => Promise<EndOutcome>;
  /** Who is in the call; nobody: it is over. */
  parties: RobotCallParty[] | 'gone' | 'away';
  record_: RobotCallRecord | 'not-yet';
  find: FindPlacedOutcome;
}

export const accepted = (userId: string): PlaceOutcome => ({
  kind: 'accepted',
  providerCallId: PROVIDER_CALL_ID,
  callees: [{ userId, resultCode: 0 }],
  evidence,
});

export const aRecord = (more: Partial<RobotCallRecord> = {}): RobotCallRecord => ({
  providerCallId: PROVIDER_CALL_ID,
  robot: 'robot',
  callees: ['jack'],
  room: { id: 'room-1', kind: 'text' },
  startedAt: Date.now(),
  endedAt: Date.now(),
  cause: 'hangup',
  result: 'NormalEnd',
  ...more,
});

export function createProviderInMemory(): ProviderInMemory {
  let [lookUps, searches] = [0, 0];
  const provider: ProviderInMemory = {
    asked: [],
    get lookUps() {
      return lookUps;
    },
    get searches() {
      return searches;
    },
    parties: [{ userId: 'jack', state: 'ringing' }],
    record_: 'not-yet',
    find: { kind: 'none' },
    onPlace: async () => accepted('jack'),
    onEnd: async () => {
      provider.parties = 'gone';
      return { kind: 'ended', evidence };
    },
    async place() {
      provider.asked.push('place');
      return provider.onPlace();
    },
    async end() {
      provider.asked.push('end');
      return provider.onEnd();
    },
    async lookUp(): Promise<LookUpOutcome> {
      lookUps += 1;
      const { parties } = provider;
      if (parties === 'away') return { kind: 'unknown', throttled: false, evidence };
      return parties === 'gone' ? { kind: 'gone', evidence } : { kind: 'live', parties };
    },
    async record(): Promise<RecordOutcome> {
      const { record_ } = provider;
      return record_ === 'not-yet' ? { kind: 'not-yet' } : { kind: 'record', record: record_ };
    },
    async findPlaced() {
      searches += 1;
      return provider.find;
    },
  };
  return provider;
}
