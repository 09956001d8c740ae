import { type DestinationStream, type LevelWithSilent, type Logger, pino } from 'pino';
import { redactLine } from './redaction.js';

export interface LoggerSettings {
  readonly level: LevelWithSilent;
  /** Where lines go; standard output unless given. */
  readonly destination?: DestinationStream;
}

/** A logger whose every line is free of secrets and phone numbers. */
export function createLogger({ level, destination }: LoggerSettings): Logger {
  const options = { level, hooks: { streamWrite: redactLine } };
  return destination === undefined ? pino(options) : pino(options, destination);
}
