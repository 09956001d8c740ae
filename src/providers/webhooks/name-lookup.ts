import { lookup as askSystem, type LookupAddress, type LookupAllOptions } from 'node:dns';
import { Resolver } from 'node:dns/promises';

/** Both tries, the second of which is given twice the time, are over before a connection is given up. */
const TRY_MS = 1_000;
const TRIES = 2;

/** As `dns.lookup` with `all`. */
export type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  answer: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** Nobody had to wait for this answer, and the system may know better: /etc/hosts, a search domain. */
const UNKNOWN: readonly unknown[] = ['ENOTFOUND', 'ENODATA', 'ECONNREFUSED'];
const isUnknown = ({ code }: NodeJS.ErrnoException): boolean => UNKNOWN.includes(code);

/**
 * Asks the name servers of the system, or these, itself. `dns.lookup` waits in a thread, of which a
 * process has four for all its files and names: a domain whose name servers are silent would hold them
 * for everybody. The system is asked for a name without a dot, which is no name of the internet, and for
 * what name servers say they do not know.
 */
export function createNameLookup(nameServers?: readonly string[]): Resolve {
  return (hostname, options, answer) => {
    if (!hostname.includes('.')) return askSystem(hostname, options, answer);
    // A new one each time: a resolver never hears that the name servers of the system have changed.
    const resolver = new Resolver({ timeout: TRY_MS, tries: TRIES });
    if (nameServers !== undefined) resolver.setServers(nameServers);
    addressesOf(resolver, hostname).then(
      (addresses) => answer(null, addresses),
      (error: NodeJS.ErrnoException) =>
        isUnknown(error) ? askSystem(hostname, options, answer) : answer(error, []),
    );
  };
}

async function addressesOf(resolver: Resolver, hostname: string): Promise<LookupAddress[]> {
  const asked = [resolver.resolve4(hostname).then(of(4)), resolver.resolve6(hostname).then(of(6))];
  const answers = await Promise.allSettled(asked);
  const found = answers.flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
  if (found.length > 0) return found;
  const errors = answers.flatMap((each) =>
    each.status === 'rejected' ? [each.reason as NodeJS.ErrnoException] : [],
  );
  const [first = new Error(`${hostname} leads nowhere`)] = errors;
  throw errors.find((error) => !isUnknown(error)) ?? first;
}

const of =
  (family: number) =>
  (addresses: readonly string[]): LookupAddress[] =>
    addresses.map((address) => ({ address, family }));
