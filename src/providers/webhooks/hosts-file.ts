import type { LookupAddress } from 'node:dns';
import { readFile, stat } from 'node:fs/promises';
import { isIP } from 'node:net';

type Hosts = ReadonlyMap<string, readonly LookupAddress[]>;

/**
 * Where a name leads by a file as hosts(5). The file is read again when it has
 * changed; one that cannot be read names nobody.
 */
export function createHostsFile(path: string): (name: string) => Promise<readonly LookupAddress[]> {
  let latest: { readonly version: string; readonly hosts: Hosts } | undefined;
  const read = async (): Promise<Hosts> => {
    const { mtimeMs, size } = await stat(path);
    const version = `${mtimeMs} ${size}`;
    if (latest?.version === version) return latest.hosts;
    const hosts = hostsIn(await readFile(path, 'utf8'));
    latest = { version, hosts };
    return hosts;
  };
  return async (name) => {
    const hosts = await read().catch(() => undefined);
    return hosts?.get(name.toLowerCase()) ?? [];
  };
}

/** An address and its names on each line, up to a `#`; a name of several lines has several addresses. */
function hostsIn(text: string): Hosts {
  const hosts = new Map<string, LookupAddress[]>();
  for (const line of text.split('\n')) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    const family = isIP(address);
    if (family === 0) continue;
    for (const name of names.map((each) => each.toLowerCase())) {
      hosts.set(name, [...(hosts.get(name) ?? []), { address, family }]);
    }
  }
  return hosts;
}
