import type { CallState } from '../../../../src/call/state.js';
import { callIdOfSid } from '../../../../src/contract/call-sid.js';
import type { Row } from '../kill-audit.js';
import type { Told } from './people.js';
import type { RungCall } from './provider.js';

interface Taken {
  readonly told: Told;
  readonly rows: readonly Row[];
  readonly rung: readonly RungCall[];
}

/** Its app was told that its request is taken back. */
export const isPromised = ({ cancel }: Told): boolean => cancel?.returnCode === 200;

/**
 * What shows that the promise was not kept: the record has to say that the call was over when the app
 * was told so, and the ledger, that each phone of its request had stopped, and none rang after.
 *
 * Two things cannot be promised to anybody. A request that was repeated on its way may ring the first
 * phone again, where the provider asks nothing before it does: nobody knows of that call until it rings.
 * And a call that ended since nobody could say what had come of placing it may ring when it is over.
 */
export function brokenPromises({ told, rows, rung }: Taken): string[] {
  const { cancel, script } = told;
  if (cancel === undefined || !isPromised(told)) return [];
  const callId = callIdOfSid(cancel.callSid);
  const call = rows.find(({ state }) => state.callId === callId)?.state;
  if (call === undefined) return ['there is no record'];
  const ringsAgain = script.fault?.ringsAgain === true;
  const isMeant = ({ id, token }: RungCall): boolean =>
    token === call.token && (!ringsAgain || id === call.providerCallId);
  const legs = rung.filter(isMeant).flatMap((each) => each.legs);
  return [
    ...(isBy(call.endedAt, cancel.at) ? [] : ['its record was live']),
    ...(isUnknown(call) ? [] : legs.flatMap((leg) => soundsAfter(leg, cancel.at))),
  ];
}

const isUnknown = ({ cause }: CallState): boolean => cause === 'dial_unknown';

const isBy = (at: number | undefined, latest: number): boolean => at !== undefined && at <= latest;

function soundsAfter({ rangAt, answeredAt, endedAt }: RungCall['legs'][number], at: number) {
  if (rangAt > at) return [`a phone rang ${rangAt - at} ms after it`];
  if (isBy(endedAt, at)) return [];
  return [answeredAt === undefined ? 'a phone went on ringing' : 'somebody was left on the line'];
}
