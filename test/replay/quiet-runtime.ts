import { installRuntime } from '../../src/engine/runtime-logger.js';

const silent = () => undefined;

/** A worker that replays says a dozen lines for each history. */
export const quietRuntime = (): void =>
  installRuntime({ trace: silent, debug: silent, info: silent, warn: silent, error: silent });
