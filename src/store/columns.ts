import { customType } from 'drizzle-orm/pg-core';

/**
 * PostgreSQL takes neither NUL nor half a surrogate pair in text. A call that carries one must
 * still be recorded and free its lines, so such characters are stored as U+FFFD.
 */
export const storable = (value: string): string => value.replace(/[\0\p{Surrogate}]/gu, '\uFFFD');

/** `JSON.stringify` escapes them, in values and in keys; an escaped backslash stays as it is. */
const UNSTORABLE_ESCAPE = /(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g;

export const text = customType<{ data: string; driverData: string }>({
  dataType: () => 'text',
  toDriver: storable,
});

/** A value of ours as `jsonb`, read back as it was written but for the order of its members. */
export const json = <T>() =>
  customType<{ data: T; driverData: string }>({
    dataType: () => 'jsonb',
    toDriver: (value) => JSON.stringify(value).replace(UNSTORABLE_ESCAPE, '$1\uFFFD'),
  });
