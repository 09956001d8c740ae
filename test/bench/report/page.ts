import { readFile, writeFile } from 'node:fs/promises';
import { PROJECT } from '../../support/built-product.js';
import type { TemporalKind } from '../stage.js';

const PAGE = `${PROJECT}docs/benchmarks.md`;

export const placeOf = (kind: TemporalKind): string => (typeof kind === 'string' ? kind : 'server');

/** Puts a run into its place on the page; what people wrote around it stays. */
export async function writePage(place: string, text: string): Promise<void> {
  const page = await readFile(PAGE, 'utf8');
  const [begin, end] = [`<!-- ${place} begins -->`, `<!-- ${place} ends -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/benchmarks.md has no place for ${begin}`);
  const before = page.slice(0, from + begin.length);
  await writeFile(PAGE, `${before}\n${text}\n${page.slice(to)}`);
}
