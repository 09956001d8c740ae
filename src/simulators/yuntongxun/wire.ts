import XMLBuilder from 'fast-xml-builder';
import { XMLParser } from 'fast-xml-parser';

export type Wire = 'xml' | 'json';
type Members = Readonly<Record<string, unknown>>;

const builder = new XMLBuilder({ ignoreAttributes: false });
const parser = new XMLParser({ parseTagValue: false, ignoreAttributes: false });

export const typeOf = (wire: Wire): string => `application/${wire};charset=utf-8`;

export const written = (wire: Wire, root: string, members: Members): string =>
  wire === 'json'
    ? JSON.stringify(members)
    : `<?xml version="1.0" encoding="UTF-8"?>${builder.build({ [root]: members })}`;

/** The members of an object or of a root element; `undefined` for neither. */
export function read(wire: Wire, text: string): Members | undefined {
  try {
    const value: unknown =
      wire === 'json' ? JSON.parse(text) : Object.values(parser.parse(text) as Members).at(-1);
    return typeof value === 'object' && value !== null ? (value as Members) : undefined;
  } catch {
    return undefined;
  }
}

const BEIJING_MS = 8 * 3_600_000;

/** `yyyyMMddHHmmss` in Beijing; blank for what has not happened. */
export const stamp = (at: number | undefined): string =>
  at === undefined ? '' : new Date(at + BEIJING_MS).toISOString().replace(/\D/g, '').slice(0, 14);
