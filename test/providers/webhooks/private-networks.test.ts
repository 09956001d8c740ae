import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { publicNetworks } from '../../../src/providers/webhooks/private-networks.js';

const PRIVATE = [
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '127.0.0.1',
  '127.8.8.8',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.2.1',
  '192.168.1.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:a00:1',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
  'fc00::1',
  'fd12:3456::1',
  'fe80::1',
  'ff02::1',
  'not an address',
];
const PUBLIC = ['1.1.1.1', '8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111'];

describe('destinations', () => {
  const networks = publicNetworks([]);

  it.each(PRIVATE)('%s is none', (address) => {
    expect(networks.isAllowed(address)).toBe(false);
  });

  it.each(PUBLIC)('%s is one', (address) => {
    expect(networks.isAllowed(address)).toBe(true);
  });

  it('are private where a network is allowed by name, and only there', () => {
    const some = publicNetworks(['10.0.0.0/8', '::1/128']);
    expect(['10.9.9.9', '::1', '8.8.8.8'].map(some.isAllowed)).toEqual([true, true, true]);
    expect(['127.0.0.1', '11.0.0.1.', '192.168.0.1'].map(some.isAllowed)).toEqual([
      false,
      false,
      false,
    ]);
  });

  it.each(['10.0.0.0', 'x', '10.0.0.0/99', 'localhost/8'])('"%s" names no network', (network) => {
    expect(() => publicNetworks([network])).toThrow('must be networks such as 10.0.0.0/8');
  });

  it('are judged by where a name leads when the connection is made', async () => {
    const lookup = promisify(networks.lookup);
    await expect(lookup('localhost', {})).rejects.toThrow('localhost is in a private network');
    await expect(lookup('localhost', { all: true })).rejects.toThrow('private network');
    const open = promisify(publicNetworks(['127.0.0.0/8', '::1/128']).lookup);
    expect(['127.0.0.1', '::1']).toContain(await open('localhost', {}));
  });
});
