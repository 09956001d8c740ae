import { describe } from 'vitest';
import { describeKills } from '../support/kill-suite.js';

describe('the product, killed before and after each write to the store', () => {
  describeKills('store');
});
