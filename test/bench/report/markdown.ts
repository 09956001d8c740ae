import type { Ratio } from './ratios.js';

type Cell = string | number;

export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const line = (cells: readonly Cell[]) => `| ${cells.join(' | ')} |`;
  const rule = `|${head.map((_, column) => (column === 0 ? '---' : '---:')).join('|')}|`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}

/** Three digits are all that such figures can mean. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

export const times = ({ median, lowest, highest }: Ratio): string =>
  lowest === highest
    ? `${short(median)} ×`
    : `${short(median)} × (${short(lowest)}–${short(highest)})`;
