import { readFile, writeFile } from 'node:fs/promises';
import { envExample, withConfigTable } from './config-docs.js';

await writeFile('.env.example', envExample());
await writeFile('README.md', withConfigTable(await readFile('README.md', 'utf8')));
