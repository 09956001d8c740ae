import XMLBuilder from 'fast-xml-builder';
import { XMLParser } from 'fast-xml-parser';

export type Members = Readonly<Record<string, unknown>>;

/** Ids of thirty digits stay text. */
const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
});
/** No message of theirs declares entities, and none shall grow while it is read. */
const DECLARES = /<!(?:DOCTYPE|ENTITY)/i;
const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@' });

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An element, or a whole document of one, as XML. */
export const writeXml = (document: Members): string => builder.build(document);

export interface Message {
  readonly format: 'xml' | 'json';
  /** Those of the root element, or of the object. */
  readonly members: Members;
}

/** XML or JSON, whichever it is; `undefined` for neither. */
export function readMessage(text: string): Message | undefined {
  const isXml = text.trimStart().startsWith('<');
  const members = isXml ? rootOf(text) : json(text);
  return members === undefined ? undefined : { format: isXml ? 'xml' : 'json', members };
}

/** The parser closes by itself what was cut off; a message is whole only with the end of its root. */
function rootOf(text: string): Members | undefined {
  if (DECLARES.test(text)) return undefined;
  try {
    const document: unknown = parser.parse(text);
    const [name, root] = (isMembers(document) ? Object.entries(document)[0] : undefined) ?? [];
    const isWhole = text.trimEnd().endsWith(`</${name}>`);
    return isWhole && isMembers(root) ? root : undefined;
  } catch {
    return undefined;
  }
}

function json(text: string): Members | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isMembers(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A member as text, by any of these spellings without regard to case; blank means absent. */
export function textOf(members: Members, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const [, value] =
      Object.entries(members).find(([key]) => key.toLowerCase() === name.toLowerCase()) ?? [];
    if (typeof value === 'number') return String(value);
    if (typeof value === 'string' && value.trim() !== '') return value.trim();
  }
  return undefined;
}

/** A member that has members of its own; of a list the first. */
export function partOf(members: Members, name: string): Members | undefined {
  const [, value] =
    Object.entries(members).find(([key]) => key.toLowerCase() === name.toLowerCase()) ?? [];
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return isMembers(first) ? first : undefined;
}
