import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import { parse } from 'yaml';

const require = createRequire(import.meta.url);
const root = join(import.meta.dirname, '../..');
export const inRepository = (path: string) => join(root, path);
export const read = (path: string) => readFileSync(inRepository(path), 'utf8');

export interface Service {
  readonly image?: string;
  readonly build?: string;
  readonly restart?: string;
  readonly healthcheck?: object;
  readonly stop_grace_period?: string;
  readonly depends_on?: Record<string, { readonly condition: string }>;
  readonly environment?: Record<string, string | number | null>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly command?: readonly string[];
}

export const composeFile = parse(read('docker-compose.yml')) as {
  readonly services: Record<string, Service>;
};

/** By the published schema of compose files, as a linter ships it beside its program. */
export function composeSchemaErrors(document: unknown): readonly string[] {
  const linter = dirname(require.resolve('dclint/package.json'));
  const file = join(linter, 'schemas/compose.schema.json');
  // It names its dialect by an address that Ajv does not know.
  const ajv = new Ajv({ strict: false, allErrors: true, validateSchema: false });
  const validate = ajv.compile(JSON.parse(readFileSync(file, 'utf8')) as object);
  validate(document);
  return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
}

export class UnsetVariable extends Error {
  override readonly name = 'UnsetVariable';
}

/** What Compose makes of `${NAME}`, `${NAME:-default}`, `${NAME?word}` and `${NAME:?word}`. */
function interpolate(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(
    /\$\$|\$\{(\w+)(?:(:?)([-?])([^}]*))?\}/g,
    (whole, name?: string, colon?: string, kind?: string, word?: string) => {
      if (name === undefined) return whole.slice(1);
      const value = variables[name];
      const given = colon === ':' ? value !== undefined && value !== '' : value !== undefined;
      if (given) return value ?? '';
      if (kind === '?') throw new UnsetVariable(`${name}: ${word}`);
      return kind === '-' ? (word ?? '') : '';
    },
  );
}

/** The environment of a container; a name without a value is passed on where it is set. */
export function environmentOf(service: Service, variables: Readonly<Record<string, string>>) {
  return Object.fromEntries(
    Object.entries(service.environment ?? {}).flatMap(([name, value]) => {
      const text = value === null ? variables[name] : interpolate(String(value), variables);
      return text === undefined ? [] : [[name, text]];
    }),
  );
}

export interface Instruction {
  readonly stage: number;
  readonly name: string;
  readonly text: string;
}

/** The instructions of a Dockerfile in order, continued lines joined, comments left out. */
export function dockerfile(): readonly Instruction[] {
  const lines = read('Dockerfile')
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => line.trim() !== '');
  let stage = -1;
  return lines.map((line) => {
    const [name = '', ...rest] = line.trim().split(/\s+/);
    if (name === 'FROM') stage += 1;
    return { stage, name, text: rest.join(' ') };
  });
}
