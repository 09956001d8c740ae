import { z } from 'zod';
import { configSchema } from '../config.js';

interface Variable {
  readonly name: string;
  readonly meaning: string;
  /** As it would be written in the environment. */
  readonly fallback?: string;
}

/** What a JSON schema says of one variable. */
interface Described {
  readonly description?: string;
  readonly default?: string | number | boolean | undefined;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
}

const RANGE_END = Number.MAX_SAFE_INTEGER;

const propertiesAs = (io: 'input' | 'output') =>
  z.toJSONSchema(configSchema, { io, unrepresentable: 'any' }).properties as Readonly<
    Record<string, Described>
  >;
/** A variable that is read as something else shows its default only as it is written. */
const written = propertiesAs('input');
const variables = Object.entries(propertiesAs('output')).map(([name, described]) =>
  variable(name, { default: written[name]?.default, ...described }),
);

function variable(name: string, described: Described): Variable {
  const { description = '', default: fallback = '' } = described;
  const meaning = [description, allowed(described)].filter((part) => part !== '').join('; ');
  return { name, meaning, ...(fallback === '' ? {} : { fallback: String(fallback) }) };
}

function allowed({ enum: words, minimum, maximum = RANGE_END }: Described): string {
  if (words !== undefined) return words.map((word) => `\`${word}\``).join(', ');
  return minimum === undefined || maximum === RANGE_END ? '' : `${minimum} to ${maximum}`;
}

/** The table of every variable, in Markdown. */
export const configTable = (): string =>
  [
    '| variable | default | meaning |',
    '|---|---|---|',
    ...variables.map(
      ({ name, fallback, meaning }) =>
        `| \`${name}\` | ${fallback === undefined ? '' : `\`${fallback}\``} | ${meaning} |`,
    ),
  ].join('\n');

/** Every variable, commented out, so that a copy changes nothing until a line is made to count. */
export const envExample = (): string =>
  variables
    .map(({ name, fallback = '', meaning }) => `# ${meaning}\n#${name}=${fallback}\n`)
    .join('\n');

const BEGIN = '<!-- configuration: written by `npm run docs:config` -->';
const END = '<!-- end of configuration -->';

/** The page with the table between its marks. @throws Error if the marks are missing. */
export function withConfigTable(page: string): string {
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`no ${BEGIN} … ${END}`);
  return `${before}${BEGIN}\n\n${configTable()}\n\n${END}${after}`;
}
