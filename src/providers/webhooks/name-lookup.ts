import { CANCELLED, type LookupAddress, type LookupAllOptions, TIMEOUT } from 'node:dns';
import { lookup, Resolver } from 'node:dns/promises';
import pLimit from 'p-limit';
import { createHostsFile } from './hosts-file.js';

/** How long a connection is waited for, the search for its address included. */
export const CONNECT_MS = 5_000;
/** Name servers have answered by then or count as silent, however many there are. */
const NAME_SERVERS_MS = 4_000;
/** Of each of them; the second try is given twice the time. */
const TRY_MS = 1_000;
const TRIES = 2;

/** As `dns.lookup` with `all`. */
export type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  answer: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** Who is asked, each unless the former one knows; those of the machine by default. */
export interface NameSources {
  /** Path of a file as hosts(5). */
  readonly hostsFile?: string;
  /** As `Resolver.setServers` takes them. */
  readonly nameServers?: readonly string[];
  readonly system?: (hostname: string, options: LookupAllOptions) => Promise<LookupAddress[]>;
}

/**
 * Looks into the hosts file and asks the name servers itself. `dns.lookup` waits in a thread, of which a
 * process has two for all its names: a domain whose name servers are silent would hold them for everybody.
 * The system is asked for a name without a dot, which is no name of the internet, and, one after the
 * other, for what name servers do not know or refuse: it may have search domains, or ask the next server.
 */
export function createNameLookup(sources: NameSources = {}): Resolve {
  const { hostsFile = '/etc/hosts', nameServers, system = lookup } = sources;
  const hosts = createHostsFile(hostsFile);
  const inTurn = pLimit(1);
  const find = async (hostname: string, options: LookupAllOptions): Promise<LookupAddress[]> => {
    const begun = Date.now();
    const written = await hosts(hostname);
    if (written.length > 0) return [...written];
    if (!hostname.includes('.')) return system(hostname, options);
    const answered = await askNameServers(hostname, nameServers);
    if (answered.length > 0) return answered;
    return inTurn(() => {
      const isGivenUp = Date.now() - begun >= CONNECT_MS;
      return isGivenUp ? Promise.reject(noAnswer(hostname)) : system(hostname, options);
    });
  };
  return (hostname, options, answer) => {
    find(hostname, options).then(
      (addresses) => answer(null, addresses),
      (error: NodeJS.ErrnoException) => answer(error, []),
    );
  };
}

/** Nothing where they know or tell nothing; fails where they are silent. */
async function askNameServers(
  hostname: string,
  nameServers: readonly string[] | undefined,
): Promise<LookupAddress[]> {
  // A new one each time: a resolver never hears that the name servers of the system have changed.
  const resolver = new Resolver({ timeout: TRY_MS, tries: TRIES });
  if (nameServers !== undefined) resolver.setServers(nameServers);
  const timer = setTimeout(() => resolver.cancel(), NAME_SERVERS_MS);
  const asked = [resolver.resolve4(hostname).then(of(4)), resolver.resolve6(hostname).then(of(6))];
  const answers = await Promise.allSettled(asked);
  clearTimeout(timer);
  const found = answers.flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
  if (found.length === 0 && answers.some(isSilence)) throw noAnswer(hostname);
  return found;
}

const SILENCE: readonly unknown[] = [TIMEOUT, CANCELLED];
const isSilence = (answer: PromiseSettledResult<unknown>): boolean =>
  answer.status === 'rejected' && SILENCE.includes((answer.reason as NodeJS.ErrnoException).code);

const noAnswer = (hostname: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`nobody says where ${hostname} leads`), { code: TIMEOUT });

const of =
  (family: number) =>
  (addresses: readonly string[]): LookupAddress[] =>
    addresses.map((address) => ({ address, family }));
