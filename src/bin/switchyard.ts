#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { Command } from 'commander';
import { InvalidConfig, loadConfig, withoutBlanks } from '../config.js';
import { installRuntime } from '../engine/runtime-logger.js';
import { createLogger } from '../observability/logger.js';
import { readDevelopmentKeys } from './development-keys.js';
import { type Role, runService } from './run-service.js';
import { Stopped, stopSignal } from './stop-signal.js';
import type { CallbackErrand } from './tencent-callback.js';
import { issueToken, type TokenOptions } from './token.js';

/** The settings: of the environment, and of `.env` in this folder where that says nothing. */
function settings(): NodeJS.ProcessEnv {
  const file = existsSync('.env') ? parseEnv(readFileSync('.env', 'utf8')) : {};
  return withoutBlanks({ ...file, ...withoutBlanks(process.env) });
}

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Only this command needs an embedded server, simulators and scenes: a worker shall be back soon. */
async function start({ scenes }: { readonly scenes: boolean }): Promise<void> {
  const [{ startEmbedded }, { playScenes }, { printSummary }] = await Promise.all([
    import('./start-embedded.js'),
    import('./demo/scenes.js'),
    import('./demo/summary.js'),
  ]);
  const env = settings();
  const config = loadConfig(env);
  const stopping = stopSignal();
  say('Switchyard is starting.');
  const running = await startEmbedded({
    config,
    env,
    progress: say,
    stopping: stopping.signal,
    prepareRuntime: installRuntime,
  });
  try {
    const stage = { running, say, stopping: stopping.signal };
    if (scenes) await playScenes(stage);
    if (!stopping.signal.aborted) await printSummary(stage);
    await Promise.race([stopping.promise, running.service.broken]);
    say('Stopping.');
  } finally {
    await running.stop();
  }
}

async function serve(role: Role): Promise<void> {
  const env = settings();
  const config = loadConfig(env, { keys: true });
  const stopping = stopSignal();
  const logger = createLogger({ level: config.LOG_LEVEL });
  installRuntime(logger);
  logger.info({ role, temporal: config.TEMPORAL_ADDRESS ?? 'localhost:7233' }, 'starting');
  const { signal } = stopping;
  const service = await runService({ role, config, env, logger, stopping: signal });
  logger.info({ role, url: service.apiUrl }, 'started');
  try {
    await Promise.race([stopping.promise, service.broken]);
    logger.info('stopping');
  } finally {
    await service.stop();
  }
}

async function token(options: TokenOptions): Promise<void> {
  say(await issueToken(await readDevelopmentKeys(loadConfig(settings())), options));
}

async function tencentCallback(errand: CallbackErrand): Promise<void> {
  const { runCallbackErrand } = await import('./tencent-callback.js');
  const config = await readDevelopmentKeys(loadConfig(settings()));
  for (const line of await runCallbackErrand(config, errand)) say(line);
}

/** A mistake of the one who started it is a line; only a bug is a stack trace. */
function report(error: unknown): void {
  if (error instanceof Stopped) {
    process.exitCode = 0;
    return;
  }
  process.exitCode = 1;
  if (error instanceof InvalidConfig) {
    process.stderr.write(`switchyard: wrong settings\n${error.message.replace(/^/gm, '  ')}\n`);
  } else {
    process.stderr.write(`switchyard: ${error instanceof Error ? error.message : error}\n`);
  }
}

const program = new Command('switchyard').description('A durable call orchestrator');
program
  .command('start')
  .description('everything in one process, with an embedded Temporal server, and a few calls')
  .option('--no-scenes', 'without the calls')
  .action(start);
for (const [role, what] of [
  ['serve', 'API and worker in one process'],
  ['api', 'the API alone'],
  ['worker', 'the worker alone'],
] as const) {
  program
    .command(role)
    .description(what)
    .action(() => serve(role));
}
program
  .command('token')
  .description('print a JWT for the running configuration, and nothing else')
  .requiredOption('--user <id>', 'the user (or, with --service, the name of the backend)')
  .option('--service', 'may act for users', false)
  .option('--ops', 'may operate', false)
  .option('--ttl <seconds>', 'validity', '86400')
  .action((options: TokenOptions) => token(options));

const tencent = program.command('tencent').description('what Tencent knows of this service');
for (const [errand, what] of [
  ['set', 'have Tencent send callbacks to TENCENT_CALLBACK_URL'],
  ['get', 'print where Tencent sends callbacks'],
  ['delete', 'have Tencent send none'],
] as const) {
  tencent
    .command(`${errand}-callback`)
    .description(what)
    .action(() => tencentCallback(errand));
}

await program.parseAsync().catch(report);
if (process.exitCode !== undefined) process.exit();
