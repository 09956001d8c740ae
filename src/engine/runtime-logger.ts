import type { Logger, LogLevel, LogMetadata } from '@temporalio/common';
import { Runtime } from '@temporalio/worker';

type Line = (fields: object, message: string) => void;

/** As much of a pino logger as Temporal needs. */
export interface LineLogger {
  trace: Line;
  debug: Line;
  info: Line;
  warn: Line;
  error: Line;
}

function toTemporal(logger: LineLogger): Logger {
  const write = (level: LogLevel, message: string, fields: LogMetadata = {}) =>
    logger[level.toLowerCase() as Lowercase<LogLevel>](fields, message);
  return {
    log: write,
    trace: (message, fields) => write('TRACE', message, fields),
    debug: (message, fields) => write('DEBUG', message, fields),
    info: (message, fields) => write('INFO', message, fields),
    warn: (message, fields) => write('WARN', message, fields),
    error: (message, fields) => write('ERROR', message, fields),
  };
}

/**
 * Sets up the process's one Temporal Runtime; before the first connection, and only once.
 * Everything that Temporal logs goes to `logger`. Who stops the worker and when is the caller's.
 */
export function installRuntime(logger: LineLogger): void {
  Runtime.install({
    logger: toTemporal(logger),
    telemetryOptions: {
      // Without `forward` Core prints its own lines to the console, hundreds during an outage.
      logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} },
    },
    shutdownSignals: [],
  });
}
