import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take minutes, and are short: by their size they would be the last ones to begin. */
const LONG = ['kill-points-engine', 'kill-points-store', 'kill-points-webhooks', 'media-kills'];

const isLong = ({ moduleId }: TestSpecification): boolean =>
  LONG.some((name) => moduleId.endsWith(`/${name}.test.ts`));

/** What is begun last is waited for by nobody else. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
