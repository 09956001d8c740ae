import { type Audit, openAudit } from './call-audit.js';
import type { Cluster } from './cluster.js';
import { freshNamespace } from './namespace.js';
import { startTcpProxy, type TcpProxy, through } from './tcp-proxy.js';

export type LinkName = 'api→engine' | 'worker→engine' | 'api→store' | 'worker→store' | 'client→api';

/** An API and a worker, with a proxy on each way between them, their servers and their clients. */
export interface LinkedService {
  /** Of the API, through the proxy of its clients. */
  readonly url: string;
  /** Of the API itself. */
  readonly directUrl: string;
  readonly links: Readonly<Record<LinkName, TcpProxy>>;
  /** Sees everything past the proxies. */
  readonly audit: Audit;
  close(): Promise<void>;
}

/** In a namespace and a database of its own, so that several share the servers of one cluster. */
export async function startLinkedService(cluster: Cluster, name: string): Promise<LinkedService> {
  const { temporalAddress } = cluster;
  const databaseUrl = await cluster.postgres.createDatabase(name);
  const namespace = await freshNamespace(temporalAddress);
  const toEngine = () => startTcpProxy(`tcp://${temporalAddress}`);
  const toStore = () => startTcpProxy(databaseUrl);
  const parts = {
    'api→engine': await toEngine(),
    'worker→engine': await toEngine(),
    'api→store': await toStore(),
    'worker→store': await toStore(),
  };
  const start = (role: 'api' | 'worker') =>
    cluster.member(role, {
      TEMPORAL_ADDRESS: parts[`${role}→engine`].address,
      TEMPORAL_NAMESPACE: namespace,
      DATABASE_URL: through(parts[`${role}→store`], databaseUrl),
      // A call must not end by itself while its people cannot be heard.
      CALLS_RING_TIMEOUT_SECONDS: '600',
    });
  const [worker, api] = [await start('worker'), await start('api')];
  const links = { ...parts, 'client→api': await startTcpProxy(api.url) };
  const audit = await openAudit({ databaseUrl, temporalAddress, namespace }, [worker, api]);
  return {
    url: `http://${links['client→api'].address}`,
    directUrl: api.url,
    links,
    audit,
    async close() {
      await audit.close();
      for (const proxy of Object.values(links)) await proxy.close();
    },
  };
}
