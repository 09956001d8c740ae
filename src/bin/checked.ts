import { InvalidConfig } from '../config.js';

/** Whatever throws a RangeError says what is wrong with this variable. */
export function checked<T>(variable: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) throw new InvalidConfig(`${variable}: ${error.message}`);
    throw error;
  }
}
