import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { createNameLookup, type Resolve } from './name-lookup.js';

/** Where nothing may be posted to, unless a network is allowed by name. */
export class PrivateDestination extends Error {
  override readonly name = 'PrivateDestination';
}

export interface Networks {
  isAllowed(address: string): boolean;
  /** As `dns.lookup`, for addresses that are allowed: fails with `PrivateDestination` on any other. */
  readonly lookup: LookupFunction;
}

type Range = readonly [ipaddr.IPv4 | ipaddr.IPv6, number];

/**
 * Addresses of the public internet, and of the networks that are named (CIDR). What an address is for
 * is decided by the registries of IANA, as `ipaddr.js` has them.
 * @throws RangeError for what is no network.
 */
export function publicNetworks(
  allowed: readonly string[],
  resolve: Resolve = createNameLookup(),
): Networks {
  const ranges = allowed.map(rangeOf);
  const isAllowed = (address: string): boolean => {
    if (!ipaddr.isValid(address)) return false;
    // An IPv4 address inside an IPv6 one is judged as what it is.
    const parsed = ipaddr.process(address);
    if (parsed.range() === 'unicast') return true;
    return ranges.some((range) => isIn(parsed, range));
  };
  const lookup: LookupFunction = (hostname, options, answer) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return answer(error, []);
      const addresses = found.filter(({ address }) => isAllowed(address));
      const [first] = addresses;
      if (first === undefined) return answer(privateDestination(hostname), []);
      // The connection is made to what was judged here, whatever the name means a moment later.
      return options.all === true
        ? answer(null, addresses)
        : answer(null, first.address, first.family);
    });
  };
  return { isAllowed, lookup };
}

export const privateDestination = (host: string): PrivateDestination =>
  new PrivateDestination(`${host} is in a private network`);

function rangeOf(network: string): Range {
  try {
    return ipaddr.parseCIDR(network);
  } catch {
    throw new RangeError('must be networks such as 10.0.0.0/8, with commas');
  }
}

const isIn = (address: ipaddr.IPv4 | ipaddr.IPv6, [network, bits]: Range): boolean =>
  address.kind() === network.kind() && address.match(network, bits);

/** The host of a URL as an address, if it is one; brackets belong to the URL alone. */
export function addressIn({ hostname }: URL): string | undefined {
  const bare = hostname.replace(/^\[|\]$/g, '');
  return isIP(bare) === 0 ? undefined : bare;
}
