import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthenticate } from '../../src/api/auth/authenticate.js';
import { publicKey } from '../../src/api/auth/verification-key.js';
import { ROUTES, type RouteName } from '../../src/contract/routes.js';
import { send } from '../support/api-client.js';
import { startTestApi, type TestApi } from '../support/test-api.js';
import {
  AUTH,
  ecKeys,
  ed25519Keys,
  goodClaims,
  hs256,
  rsaKeys,
  signedToken,
  unsignedToken,
} from '../support/tokens.js';
import { goodBody } from './fixtures.js';

const KEYS = { RS256: rsaKeys(), ES256: ecKeys(), EdDSA: ed25519Keys() };
type Alg = keyof typeof KEYS;
const ALGS = Object.keys(KEYS) as Alg[];

let api: TestApi;
const apps = new Map<Alg, TestApi>();
beforeAll(async () => {
  api = await startTestApi();
  for (const alg of ALGS) {
    const key = publicKey(KEYS[alg].publicPem);
    const app = { authenticate: createAuthenticate({ key, ...AUTH }) };
    apps.set(alg, await api.alongside({ app }));
  }
});
afterAll(() => api.stop());

function ask(alg: Alg, name: RouteName, token: string) {
  const { method, path } = ROUTES[name];
  const body = goodBody(name, 'a-terminal');
  return send((apps.get(alg)?.url ?? '') + path.replace('{callId}', '999999'), {
    method: method.toUpperCase(),
    token,
    ...(body !== undefined && { body }),
  });
}

describe.each(ALGS)('with a public key of %s', (alg) => {
  it('accepts a token signed with its private key', async () => {
    const token = await signedToken(goodClaims('10001'), alg, KEYS[alg].privateKey);
    expect(await ask(alg, 'listRinging', token)).toMatchObject({ status: 200, code: 0 });
  });

  it.each(Object.keys(ROUTES) as RouteName[])(
    'refuses on %s an HS256 token whose secret is the public key',
    async (name) => {
      const { publicPem } = KEYS[alg];
      for (const secret of [publicPem, publicPem.trim()]) {
        const token = await hs256(goodClaims('10001'), secret);
        expect(await ask(alg, name, token)).toMatchObject({ status: 401, code: 40101 });
      }
      const unsigned = unsignedToken(goodClaims('10001'));
      expect(await ask(alg, name, unsigned)).toMatchObject({ status: 401, code: 40101 });
    },
  );

  it('refuses another key of its own kind and every other kind of key', async () => {
    const others = { RS256: rsaKeys(), ES256: ecKeys(), EdDSA: ed25519Keys() };
    for (const other of ALGS) {
      const token = await signedToken(goodClaims('10001'), other, others[other].privateKey);
      expect(await ask(alg, 'listRinging', token)).toMatchObject({ status: 401, code: 40101 });
    }
  });
});

it('refuses another algorithm of the same key', async () => {
  for (const other of ['RS512', 'PS256']) {
    const token = await signedToken(goodClaims('10001'), other, KEYS.RS256.privateKey);
    expect(await ask('RS256', 'listRinging', token)).toMatchObject({ status: 401, code: 40101 });
  }
});

describe('a public key of the configuration', () => {
  it('may carry its line breaks as the two characters of an environment file', () => {
    const { publicPem } = KEYS.ES256;
    expect(publicKey(publicPem.replaceAll('\n', '\\n')).algorithms).toStrictEqual(['ES256']);
  });

  it('is refused in one line when it is no key, too short, or of a kind that is not supported', () => {
    expect(() => publicKey('nonsense')).toThrow('AUTH_JWT_PUBLIC_KEY: is not a PEM public key');
    expect(() => publicKey(rsaKeys(1024).publicPem)).toThrow(
      'AUTH_JWT_PUBLIC_KEY: an RSA key needs at least 2048 bits',
    );
    expect(() => publicKey(ecKeys('P-384').publicPem)).toThrow(
      'AUTH_JWT_PUBLIC_KEY: must be an RSA, P-256 or Ed25519 key',
    );
  });
});
