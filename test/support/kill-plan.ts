import type { ScriptName } from './kill-scripts.js';

/** Started with everything in one process, the simulated provider would be killed as well. */
const OF_ROBOT_CALLS = [
  'store.reservations.nameProviderCall',
  'engine.placed',
  'engine.release',
  'store.callbackTargets.set',
  'store.callbackTargets.clear',
  ...[
    ...['place', 'find', 'follow', 'end', 'close'].map((what) => `${what}RobotCall`),
    'findHintedCall',
    'relayCallback',
  ].flatMap((activity) => [`activity.${activity} ordinary`, `activity.${activity} local`]),
];

/** What is a point, but not one to be killed at, and why. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  ...Object.fromEntries(OF_ROBOT_CALLS.map((done) => [done, 'belongs to robot calls'])),
  'store.healthy': 'reads',
  'store.callbackTargets.read': 'reads',
  'store.robotCallHistory.over': 'reads',
  'store.reader.placingIn': 'reads',
  'store.history.list': 'reads',
  'store.userEvents.rangeOf': 'reads',
  'store.userEvents.after': 'reads',
  'store.userEvents.lastOf': 'reads',
  'store.userEvents.listen': 'reads',
  'store.history.eventsOf': 'reads',
  'store.history.qualityOf': 'reads',
  'store.reader.find': 'reads',
  'store.reservations.wasReserved': 'reads',
  'store.reader.findByProviderId': 'reads',
  'store.reader.looksLive': 'reads',
  'store.reader.ringingFor': 'reads',
  'store.close': 'belongs to a clean stop',
  'store.qualitySamples.close': 'belongs to a clean stop',
  'store.qualitySamples.flush': 'nobody asks for it; its writes are store.qualitySamples.batch',
  'engine.command end': 'is sent with the tools of Temporal',
};

/** Which scripts come by; a point that nobody wrote down is looked for in a conversation. */
const SCRIPTS_AT: Readonly<Record<string, readonly ScriptName[]>> = {
  'store.reservations.nextCallId': ['conversation', 'unanswered'],
  'store.reservations.reserve': ['unanswered', 'superseding'],
  'store.reservations.abandon': ['engineAway'],
  'store.reservations.freeLine': ['deadCall'],
  'store.records.write': ['deadCall', 'busy'],
  'store.qualitySamples.batch': ['sampled'],
  'engine.start': ['superseding', 'unanswered'],
  'engine.command reject': ['rejected'],
  'engine.command cancel': ['cancelled'],
  'engine.command rtc-token': ['takeover'],
  'engine.command hangup': ['takeover', 'conversation'],
  'engine.state': ['conversation', 'deadCall'],
  'engine.presence': ['deadCall'],
  'activity.recordCall local': ['unanswered', 'superseding'],
  'activity.recordCall ordinary': ['rejected', 'unanswered', 'conversation'],
};

/** Which test kills there. */
export type Realm = 'store' | 'engine' | 'sweep';

export interface Kill {
  readonly point: string;
  readonly script: ScriptName;
  readonly withServer: boolean;
}

/** What is done at a point: its name without `before` or `after`. */
export const doneAt = (point: string): string => point.slice(point.indexOf(' ') + 1);

function realmOf(point: string): Realm {
  const done = doneAt(point);
  if (done === 'engine.running') return 'sweep';
  return done.startsWith('store.') ? 'store' : 'engine';
}

export const pointsOf = (realm: Realm, declared: ReadonlySet<string>): string[] =>
  [...declared].filter((point) => realmOf(point) === realm && !(doneAt(point) in LEFT_OUT));

/** What the plan names and the product does not have, or no more. */
export const unknownTo = (declared: ReadonlySet<string>): string[] =>
  [...Object.keys(LEFT_OUT), ...Object.keys(SCRIPTS_AT)].filter(
    (done) => !declared.has(`before ${done}`),
  );

/** Every point once; thoroughly, in every script that comes by, the Temporal server killed or not. */
export function planKills(points: readonly string[], thoroughly: boolean): Kill[] {
  return points.flatMap((point, index) => {
    const scripts = SCRIPTS_AT[doneAt(point)] ?? ['conversation'];
    if (thoroughly) {
      return scripts.flatMap((script) =>
        [false, true].map((withServer) => ({ point, script, withServer })),
      );
    }
    const script = scripts[point.startsWith('before') ? 0 : scripts.length - 1];
    return script === undefined ? [] : [{ point, script, withServer: index % 5 === 3 }];
  });
}
