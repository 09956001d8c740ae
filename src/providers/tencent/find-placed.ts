import { z } from 'zod';
import type { FindPlacedOutcome, LostPlacing, RobotCallRecord } from '../../ports/robot-calls.js';
import { mayBe, readCallRecord } from './call-records.js';
import type { CallRest } from './call-rest.js';
import { unknown, unreadable } from './unclear.js';

const PER_PAGE = 100;
/** Bounds one search; beyond it the answer is unknown, never "none". */
const MAX_PAGES = 20;
/** The documents do not say which time of a call is compared. */
const MARGIN_MS = 60_000;

const page = z.object({
  TotalNum: z.number(),
  CallRecordList: z.array(z.unknown()).nullish(),
});

const outcome = (matches: ReadonlyMap<string, RobotCallRecord>): FindPlacedOutcome => {
  const [record, ...others] = matches.values();
  if (record === undefined) return { kind: 'none' };
  if (others.length === 0) return { kind: 'found', record };
  return { kind: 'ambiguous', providerCallIds: [...matches.keys()] };
};

/**
 * Reads all records around the placing. Entries that cannot be read are passed over: ours has the
 * members it is recognised by.
 */
export async function findPlaced(
  rest: CallRest,
  lost: LostPlacing,
  isOurs: (providerCallId: string) => Promise<boolean>,
): Promise<FindPlacedOutcome> {
  const matches = new Map<string, RobotCallRecord>();
  // Up to now by their clock, which is what no EndTime means.
  const StartTime = Math.floor((lost.sentAt - MARGIN_MS) / 1000);
  let seen = 0;
  for (let number = 1; number <= MAX_PAGES; number += 1) {
    const reply = await rest.post('call_record_http_srv/get_record_by_filter', {
      StartTime,
      NumberPerPage: PER_PAGE,
      Page: number,
    });
    if (reply.verdict.kind !== 'done') return unknown(reply);
    const { data } = page.safeParse(reply.response);
    if (data === undefined) return unreadable(reply);
    const entries = data.CallRecordList ?? [];
    for (const record of entries.map(readCallRecord)) {
      if (record === undefined || !mayBe(record, lost)) continue;
      if (!(await isOurs(record.providerCallId))) matches.set(record.providerCallId, record);
    }
    seen += entries.length;
    if (entries.length === 0 || seen >= data.TotalNum) return outcome(matches);
  }
  return { kind: 'unknown', throttled: false, evidence: {} };
}
