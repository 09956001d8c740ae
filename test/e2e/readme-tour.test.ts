import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CODES } from '../../src/contract/codes.js';
import { PROJECT } from '../support/built-product.js';
import { paste } from '../support/pasted-shell.js';
import { createWorkplace, startServing, type Workplace } from '../support/workplace.js';
import { type BashBlock, bashBlocks, sectionOf } from './readme-blocks.js';

const TITLE = 'A two-minute tour';
const REFUSALS = Object.keys(CODES).filter((code) => code !== '0');
const BEGINS = '<<< block';
const FAILED = '<<< failed';

let place: Workplace;
let tour: readonly BashBlock[];
let told: readonly string[];

/** README speaks of the default ports; the product under test listens elsewhere. */
const onOurPorts = (code: string): string =>
  Object.entries({ 3000: place.apiUrl, 8233: place.uiUrl, 7233: place.temporalAddress }).reduce(
    (text, [port, address]) =>
      text.replace(
        new RegExp(`\\b(localhost|127\\.0\\.0\\.1):${port}\\b`, 'g'),
        `127.0.0.1:${address.split(':').at(-1)}`,
      ),
    code,
  );

/** All in one shell, as somebody who follows the tour would paste them. */
async function follow(blocks: readonly BashBlock[]): Promise<string[]> {
  const text = blocks.map(({ code }) => `echo; echo '${BEGINS}'\n${onOurPorts(code)}`);
  const { stdout } = await paste(
    `trap 'echo; echo "${FAILED}: $BASH_COMMAND"' ERR\n${text.join('\n')}`,
    {
      cwd: PROJECT,
      env: { ...place.env, SWITCHYARD_DIR: place.dataFolder },
    },
  );
  return stdout.split(BEGINS).slice(1);
}

const codesIn = (text: string): Set<string> =>
  new Set([...text.matchAll(/"code": ?(\d+)/g)].map(([, code]) => code ?? ''));

beforeAll(async () => {
  tour = bashBlocks(sectionOf(await readFile(`${PROJECT}README.md`, 'utf8'), TITLE));
  place = await createWorkplace();
  await startServing(place);
  told = await follow(tour.filter(({ runs }) => runs));
});
afterAll(() => place?.remove());

describe(`"${TITLE}" in README`, () => {
  it('has bash blocks that are run', () => {
    const left = tour.filter(({ runs }) => !runs).map(({ code }) => code);
    if (left.length > 0) process.stdout.write(`not run, by their mark:\n${left.join('\n')}\n`);

    expect(tour.filter(({ runs }) => runs).length).toBeGreaterThan(0);
    expect(told).toHaveLength(tour.length - left.length);
  });

  it('has no command that fails', () => {
    expect(
      told
        .join('\n')
        .split('\n')
        .filter((line) => line.startsWith(FAILED)),
    ).toEqual([]);
  });

  it('is answered by the API with success, or with codes that the block itself announces', () => {
    const answered = told.map(codesIn);

    expect(answered.some((codes) => codes.has('0'))).toBe(true);
    for (const [nth, block] of tour.filter(({ runs }) => runs).entries()) {
      const announced = new Set(REFUSALS.filter((code) => block.code.includes(code)));
      const refused = new Set([...(answered[nth] ?? [])].filter((code) => code !== '0'));
      expect({ block: block.code, refused }).toEqual({ block: block.code, refused: announced });
    }
  });
});
