import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { expect, it } from 'vitest';
import { envExample, withConfigTable } from '../../src/bin/config-docs.js';
import { configSchema, loadConfig } from '../../src/config.js';

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const NAMES = Object.keys(configSchema.shape);

it('has the configuration of today in README.md and .env.example', () => {
  expect(withConfigTable(read('README.md'))).toBe(read('README.md'));
  expect(read('.env.example')).toBe(envExample());
});

it('says of every variable what it means', () => {
  const rows = read('README.md').match(/^\| `[A-Z_]+` \|.*\|$/gm) ?? [];
  expect(rows.map((row) => row.split('`')[1])).toEqual(NAMES);
  expect(rows.filter((row) => row.endsWith('|  |'))).toEqual([]);
});

it('changes nothing when .env.example is copied, and nothing either once its lines count', () => {
  expect(parseEnv(read('.env.example'))).toEqual({});
  const counting = parseEnv(read('.env.example').replaceAll(/^#(?=[A-Z_]+=)/gm, ''));
  expect(Object.keys(counting).sort()).toEqual([...NAMES].sort());
  expect(loadConfig(counting)).toEqual(loadConfig({}));
});

it('refuses a page that has no place for the table', () => {
  expect(() => withConfigTable('# Switchyard')).toThrow('configuration');
});
