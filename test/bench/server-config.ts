import { claimPort } from '../../src/engine/embedded/ports.js';

export interface ServerPlace {
  /** Of the frontend, which clients and workers reach. */
  readonly port: number;
  readonly databasePort: number;
  readonly folder: string;
}

export const HISTORY_SHARDS = 64;

/** As operations.md advises, and with limits that a load test does not run into. */
const DYNAMIC_CONFIG = {
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
  'history.timerProcessorMaxTimeShift': '100ms',
  'frontend.rps': 100_000,
  'frontend.namespaceRPS': 100_000,
  'frontend.namespaceCount': 50_000,
  'matching.rps': 100_000,
  'history.rps': 100_000,
};

/** The server keeps ports in a column of 16 bits with a sign, so it cannot use those the kernel gives. */
const FIRST_PORT = 20_000 + (process.pid % 1_000) * 10;
const LAST_PORT = 32_767;
let nextPort = FIRST_PORT;

/** A port nobody listens on, that the server can write down. */
export async function lowPort(): Promise<number> {
  while (nextPort <= LAST_PORT) {
    const port = nextPort;
    nextPort += 1;
    const isFree = await claimPort(port, '').then(
      () => true,
      () => false,
    );
    if (isFree) return port;
  }
  throw new Error(`no port is free from ${FIRST_PORT} to ${LAST_PORT}`);
}

/** What a single node on loopback needs; YAML is read from JSON as well. */
export async function serverConfig({ port, databasePort, folder }: ServerPlace) {
  const service = async (grpcPort?: number) => ({
    rpc: {
      grpcPort: grpcPort ?? (await lowPort()),
      membershipPort: await lowPort(),
      bindOnLocalHost: true,
    },
  });
  const config = {
    log: { stdout: true, level: 'error' },
    persistence: {
      defaultStore: 'default',
      visibilityStore: 'visibility',
      numHistoryShards: HISTORY_SHARDS,
      datastores: {
        default: database('temporal', databasePort, 20),
        visibility: database('temporal_visibility', databasePort, 5),
      },
    },
    global: { membership: { maxJoinDuration: '30s', broadcastAddress: '127.0.0.1' } },
    services: {
      frontend: await service(port),
      matching: await service(),
      history: await service(),
      worker: await service(),
    },
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: 'active',
      currentClusterName: 'active',
      clusterInformation: {
        active: {
          enabled: true,
          initialFailoverVersion: 1,
          rpcName: 'frontend',
          rpcAddress: `127.0.0.1:${port}`,
        },
      },
    },
    dynamicConfigClient: { filepath: `${folder}/dynamic-config.yaml`, pollInterval: '10s' },
  };
  const dynamicConfig = Object.fromEntries(
    Object.entries(DYNAMIC_CONFIG).map(([key, value]) => [key, [{ value }]]),
  );
  return { config, dynamicConfig };
}

const database = (databaseName: string, port: number, maxConns: number) => ({
  sql: {
    pluginName: 'postgres12',
    databaseName,
    connectAddr: `127.0.0.1:${port}`,
    connectProtocol: 'tcp',
    user: 'postgres',
    password: '',
    maxConns,
    maxIdleConns: maxConns,
    maxConnLifetime: '1h',
  },
});
