import { describe } from 'vitest';
import { describeKills } from '../support/kills/rtc/suite.js';

describe('the product, killed before and after each write to the store', () => {
  describeKills('store');
});
