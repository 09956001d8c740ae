/**
 * Who may import whom. A type import counts like any other here, because the parser does not tell
 * them apart; where only types may cross, `no-restricted-imports` of the linter says so as well.
 */

const inside = (...paths) => paths.map((path) => `^${path}`);
const packages = (...names) => names.map((name) => `(^|/)node_modules/${name}/`);

const CALL = 'src/call/';
const CONTRACT = 'src/contract/';
const PORTS = 'src/ports/';
/** The files of the contract that a workflow may load: zod would cost each call its weight. */
const LIGHT_CONTRACT =
  'src/contract/(names|codes|ids|limits|command-payload|provider-report|robot-plan|robot-hint|phone-plan)\\.ts$';

/** Rooms that see only what is listed: of ours, and of packages and Node. */
const CLOSED_ROOMS = {
  [CALL]: [],
  [CONTRACT]: [...inside(CALL), ...packages('zod', 'lossless-json')],
  [PORTS]: inside(CALL, CONTRACT),
  'src/service/': [...inside(CALL, CONTRACT, PORTS), ...packages('lru-cache')],
  'src/client/': inside(CONTRACT),
  'workflows/': [
    ...inside(CALL, LIGHT_CONTRACT),
    ...packages('@temporalio/workflow', '@temporalio/common'),
  ],
  'activities/': [
    ...inside(
      CALL,
      CONTRACT,
      PORTS,
      'workflows/[^/]+/activities\\.ts$',
      'workflows/[^/]+/(robot|stream|phone)-activities\\.ts$',
      'timers/promises$',
    ),
    ...packages('@temporalio/activity'),
  ],
};

/** Rooms whose packages are their own affair: only what they see of ours is listed. */
const OPEN_ROOMS = {
  'src/keys/': inside(PORTS),
  'src/providers/': inside(CALL, CONTRACT, PORTS),
  'src/store/': inside(CALL, CONTRACT, PORTS),
  // Who calls whom is read off the call's state when its workflow is started.
  'src/engine/': inside(
    'src/call/(state|summary)\\.ts$',
    CONTRACT,
    PORTS,
    'workflows/[^/]+/messages\\.ts$',
    'workflows/[^/]+/[^/]+\\.workflow\\.ts$',
  ),
  // An unavailable store has an answer of its own, and its error belongs to the port.
  'src/api/': inside(
    'src/service/',
    CONTRACT,
    'src/ports/(reservations|tencent-gate|provider-callbacks|room-callbacks|callback-targets|recorded-robot-calls|phone-pushes)\\.ts$',
  ),
  'src/simulators/': [],
  'src/observability/': [],
  // What a key must be is the keyring's to say.
  'src/config[-\\w]*\\.ts$': inside('src/keys/'),
};

const OURS = '^(src|workflows|activities|test)/';

const closed = Object.entries(CLOSED_ROOMS).map(([room, seen]) => ({
  name: `${room} sees only what is listed`,
  severity: 'error',
  from: { path: `^${room}` },
  to: { pathNot: [`^${room}`, ...seen] },
}));

const open = Object.entries(OPEN_ROOMS).map(([room, seen]) => ({
  name: `${room} sees of ours only what is listed`,
  severity: 'error',
  from: { path: `^${room}` },
  to: { path: OURS, pathNot: [`^${room}`, ...seen] },
}));

const only = (name, owners, library) => ({
  name,
  severity: 'error',
  from: { pathNot: inside(...owners) },
  to: { path: packages(library) },
});

export default {
  forbidden: [
    ...closed,
    ...open,
    {
      name: 'a provider knows no other provider',
      severity: 'error',
      from: { path: '^src/providers/([^/]+)/' },
      // What lies beside the providers is for all of them.
      to: {
        path: '^src/providers/',
        pathNot: ['^src/providers/$1/', '^src/providers/[^/]+\\.ts$'],
      },
    },
    {
      name: 'nothing that runs imports a test',
      severity: 'error',
      from: {},
      to: { path: '^test/' },
    },
    only(
      'Temporal stays in its rooms',
      ['src/engine/', 'src/bin/', 'workflows/', 'activities/'],
      '@temporalio/[^/]+',
    ),
    only('Express stays in the API', ['src/api/'], 'express'),
    only('SQL stays in the store', ['src/store/'], '(pg|drizzle-orm|@electric-sql/pglite)'),
    {
      name: 'no zod within reach of a workflow',
      severity: 'error',
      from: { path: ['^workflows/', `^${LIGHT_CONTRACT}`] },
      to: { path: packages('zod'), reachable: true },
    },
    { name: 'no cycle', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no unknown module', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'what runs in production is installed there',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-dev'] },
    },
  ],
  options: {
    // This compiler lends its parser to nobody; without another no module is found, and all is well.
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
