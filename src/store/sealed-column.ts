import type { AnyPgColumn, PgTable } from 'drizzle-orm/pg-core';

/** A column of sealed texts. */
export interface SealedColumn {
  readonly table: PgTable;
  readonly key: AnyPgColumn;
  readonly column: AnyPgColumn;
  /** What a text is bound to in the row of this key. */
  readonly place: (key: string) => string;
}
