import { describe } from 'vitest';
import { describeKills } from '../support/kills/rtc/suite.js';

describe('the product, killed before and after each engine request and activity', () => {
  describeKills('engine');
});
