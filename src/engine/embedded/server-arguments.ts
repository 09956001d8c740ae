/** What the dev server must be told to behave and perform like a server that holds live calls. */
const DYNAMIC_CONFIG: Readonly<Record<string, number | string | boolean>> = {
  // A task queue's default four partitions make a first task wait up to two seconds for a poller.
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
  // The dev server keeps 8096 workflows in memory; beyond that each event reads its history back.
  'history.hostLevelCacheMaxSize': 50_000,
  // The default lets a timer fire, and a server come back from a kill, up to a second late.
  'history.timerProcessorMaxTimeShift': '100ms',
  'system.enableEagerWorkflowStart': true,
  // An activity goes to the worker that asked for it with the answer, past the task queue.
  'system.enableActivityEagerExecution': true,
  'frontend.enableUpdateWorkflowExecution': true,
  // Default limits are for sharing a cluster; here they would answer a busy minute with refusals.
  'frontend.rps': 100_000,
  'frontend.namespaceRPS': 100_000,
  'frontend.namespaceRPS.visibility': 1_000,
  'frontend.namespaceCount': 50_000,
  'matching.rps': 100_000,
  'matching.persistenceMaxQPS': 100_000,
  'history.rps': 100_000,
};

export interface ServerArguments {
  readonly port: number;
  readonly namespace: string;
  /** Without one the server has no UI. */
  readonly uiPort?: number;
  /** Without one the server forgets everything when it ends. */
  readonly database?: string;
  /** Settings beside our own, or in their place. */
  readonly dynamicConfig?: Readonly<Record<string, number | string | boolean>>;
}

export function serverArguments({
  port,
  namespace,
  uiPort,
  database,
  dynamicConfig,
}: ServerArguments): readonly string[] {
  const ui = uiPort === undefined ? ['--headless'] : ['--ui-port', String(uiPort)];
  // An answered command must survive a power cut, not only a killed process.
  const durability = ['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=full'];
  const storage = database === undefined ? [] : ['--db-filename', database, ...durability];
  const settings = Object.entries({ ...DYNAMIC_CONFIG, ...dynamicConfig }).flatMap(
    ([key, value]) => ['--dynamic-config-value', `${key}=${JSON.stringify(value)}`],
  );
  const address = ['--ip', '127.0.0.1', '--port', String(port), '--namespace', namespace];
  const log = ['--log-level', 'warn', '--log-format', 'json', '--color', 'never'];
  return ['server', 'start-dev', ...address, ...log, ...ui, ...storage, ...settings];
}
