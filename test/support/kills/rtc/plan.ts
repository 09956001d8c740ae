import type { KillPlan } from '../kill-plan.js';
import type { ScriptName } from './scripts.js';

/** Started with everything in one process, the simulated provider would be killed as well. */
const OF_ROBOT_CALLS = [
  'store.reservations.nameProviderCall',
  'engine.placed',
  'engine.release',
  'store.callbackTargets.set',
  'store.callbackTargets.clear',
];

/** No endpoint is registered in these calls. */
const OF_WEBHOOKS = [
  ...['create', 'list', 'find', 'change', 'remove', 'rotate', 'secretsOf'].map(
    (what) => `store.webhookEndpoints.${what}`,
  ),
  ...['next', 'settle', 'list', 'again', 'overdue'].map(
    (what) => `store.webhookDeliveries.${what}`,
  ),
];

/** Without a telephony provider none of it is done; phone calls have kills of their own. */
const OF_PHONE_CALLS = [
  'engine.hear',
  ...['find', 'put', 'remove', 'list', 'keepSubAccount'].map((what) => `store.directory.${what}`),
  ...['findSame', 'reserve', 'whyNotDial'].map((what) => `store.phoneReservations.${what}`),
];

const LEFT_OUT: Readonly<Record<string, string>> = {
  ...Object.fromEntries(OF_ROBOT_CALLS.map((done) => [done, 'belongs to robot calls'])),
  ...Object.fromEntries(OF_WEBHOOKS.map((done) => [done, 'belongs to webhooks'])),
  'store.retention.trim': 'takes away what is a month old',
  ...Object.fromEntries(OF_PHONE_CALLS.map((done) => [done, 'belongs to phone calls'])),
  'store.healthy': 'reads',
  'store.callbackTargets.read': 'reads',
  'store.robotCallHistory.over': 'reads',
  'store.reader.placingIn': 'reads',
  'store.reader.findByStreamTask': 'reads',
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
  'store.reader.unsettled': 'reads',
  'store.reader.ringingFor': 'reads',
  'store.close': 'belongs to a clean stop',
  'store.qualitySamples.close': 'belongs to a clean stop',
  'store.qualitySamples.flush': 'nobody asks for it; its writes are store.qualitySamples.batch',
  'engine.command end': 'is sent with the tools of Temporal',
};

/** A point that nobody wrote down is looked for in a conversation. */
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

/** None of what providers are asked, nor what their calls alone ask for: they carry other calls. */
function realmOf(done: string): Realm | undefined {
  if (done === 'engine.running') return 'sweep';
  if (done.startsWith('store.')) return 'store';
  return done.startsWith('engine.') || done.startsWith('activity.recordCall ')
    ? 'engine'
    : undefined;
}

const rtcPlan = (realm: Realm): KillPlan<ScriptName> => ({
  covers: (done) => realmOf(done) === realm,
  leftOut: LEFT_OUT,
  scriptsAt: SCRIPTS_AT,
  elsewhere: ['conversation'],
});

export const RTC_PLANS: Readonly<Record<Realm, KillPlan<ScriptName>>> = {
  store: rtcPlan('store'),
  engine: rtcPlan('engine'),
  sweep: rtcPlan('sweep'),
};
