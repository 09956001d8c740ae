import { freePort } from '../support/free-port.js';

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
  'system.enableActivityEagerExecution': true,
  'frontend.rps': 100_000,
  'frontend.namespaceRPS': 100_000,
  'frontend.namespaceCount': 50_000,
  'matching.rps': 100_000,
  'history.rps': 100_000,
};

/** What a single node on loopback needs; YAML is read from JSON as well. */
export async function serverConfig({ port, databasePort, folder }: ServerPlace) {
  const service = async (grpcPort?: number) => ({
    rpc: {
      grpcPort: grpcPort ?? (await freePort()),
      membershipPort: await freePort(),
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
