import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take minutes, in an order that mixes those that compute with those that wait. */
const LONG = [
  'store/endurance',
  'e2e/kill-points-engine',
  'e2e/kill-points-store',
  'integration/robot-calls',
  'e2e/robot-faults',
  'e2e/phone-faults',
  'e2e/faults',
  'e2e/kill-points-webhooks',
  'e2e/media-kills',
].map((name) => `/${name}.test.ts`);

const rankOf = ({ moduleId }: TestSpecification): number =>
  LONG.findIndex((name) => moduleId.endsWith(name));

/** By size, which is all that is known on a fresh clone, some of them would begin last and be waited for. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const long = sorted.filter((file) => rankOf(file) >= 0);
    return [
      ...long.toSorted((one, other) => rankOf(one) - rankOf(other)),
      ...sorted.filter((file) => rankOf(file) < 0),
    ];
  }
}
