import {
  and,
  count,
  desc,
  eq,
  gte,
  inArray,
  isNotNull,
  isNull,
  lte,
  notInArray,
  sql,
} from 'drizzle-orm';
import { LIVE_STATUSES } from '../call/state.js';
import { RESULT_WORDS } from '../contract/tencent-record.js';
import type { RobotCallHistory } from '../ports/recorded-robot-calls.js';
import type { Database } from './database.js';
import { calls } from './schema.js';

/** @see RobotCallHistory */
export const createRobotCallHistory = (database: Database): RobotCallHistory => ({
  over: ({ from, to, result, bizType, limit, offset }) =>
    database.run(async (queries) => {
      const fits = and(
        eq(calls.channel, 'robot'),
        isNotNull(calls.providerCallId),
        notInArray(calls.status, [...LIVE_STATUSES]),
        gte(calls.createdAt, from),
        lte(calls.createdAt, to),
        result === undefined ? undefined : endedAs(result),
        bizType === undefined ? undefined : eq(calls.bizType, bizType),
      );
      const [counted] = await queries.select({ total: count() }).from(calls).where(fits);
      const rows = await queries
        .select({ providerCallId: calls.providerCallId, state: calls.snapshot })
        .from(calls)
        .where(fits)
        .orderBy(desc(calls.createdAt), desc(calls.id))
        .limit(limit)
        .offset(offset);
      return {
        total: counted?.total ?? 0,
        calls: rows.map(({ providerCallId, state }) => ({
          providerCallId: providerCallId ?? '',
          state,
        })),
      };
    }),
});

function endedAs(word: string) {
  const known = RESULT_WORDS.find((each) => each.word === word);
  if (known === undefined) return sql`false`;
  const { causes, answered } = known;
  const whether = answered ? isNotNull(calls.acceptedAt) : isNull(calls.acceptedAt);
  return and(inArray(calls.cause, [...causes]), answered === undefined ? undefined : whether);
}
