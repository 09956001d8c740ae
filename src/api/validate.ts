import type { z } from 'zod';
import { NO_CHARACTER } from '../contract/limits.js';
import { invalidParameter } from './invalid-parameter.js';

/** What JSON can spell and neither the store nor the engine can keep: NUL and halves of a pair. */

/**
 * The value as its schema describes it; members the schema does not know are dropped.
 * @throws CallError 40001 naming each field that is wrong, once.
 */
export function validate<S extends z.ZodObject>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value, { error: complaint });
  if (!parsed.success) throw invalidParameter(...complaintsOf(parsed.error));
  const broken = Object.entries(parsed.data).find(
    ([, text]) => typeof text === 'string' && NO_CHARACTER.test(text),
  );
  if (broken !== undefined) {
    throw invalidParameter(`${broken[0]} must not contain NUL or unpaired surrogates`);
  }
  return parsed.data;
}

function complaintsOf(error: z.ZodError): string[] {
  const byField = new Map<string, string>();
  for (const { path, message } of error.issues) {
    const field = path.join('.') || 'body';
    if (!byField.has(field)) byField.set(field, message);
  }
  return [...byField].map(([field, message]) => `${field} ${message}`);
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a string',
  int: 'an integer',
  number: 'a number',
  boolean: 'true or false',
  object: 'an object',
};

/** Says what a field must be, in the words of the API rather than those of the schema library. */
function complaint(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'too_big') return `must be at most ${issue.maximum}`;
  if (issue.code === 'too_small') {
    return `must be ${issue.inclusive === false ? 'above' : 'at least'} ${issue.minimum}`;
  }
  if (issue.code !== 'invalid_type' && issue.code !== 'invalid_value') return undefined;
  if (issue.input === undefined) return 'is required';
  return issue.code === 'invalid_type'
    ? `must be ${KINDS[issue.expected] ?? issue.expected}`
    : `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
}
