import { accessSync, constants, existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { configSchema, loadConfig } from '../../src/config.js';
import {
  composeFile,
  composeSchemaErrors,
  dockerfile,
  environmentOf,
  inRepository,
  read,
  type Service,
  UnsetVariable,
} from './container-files.js';

const { services } = composeFile;
const named = Object.entries(services);
const service = (name: string): Service => services[name] ?? expect.fail(`no service ${name}`);

const SECRETS = {
  POSTGRES_PASSWORD: 'a',
  TEMPORAL_DB_PASSWORD: 'b',
  SWITCHYARD_DB_PASSWORD: 'c',
  AUTH_JWT_SECRET: 's'.repeat(32),
  TRTC_SDK_APP_ID: '1400000000',
  TRTC_SECRET_KEY: 'k',
};

const everyEnvironment = (variables: Record<string, string>) =>
  named.map(([, each]) => environmentOf(each, variables));

describe('docker-compose.yml', () => {
  it('is valid by the schema of compose files', () => {
    expect(composeSchemaErrors(composeFile)).toEqual([]);
  });

  it.each([
    ['a misspelt key', { imagee: 'x' }],
    ['a wrong type', { image: 5 }],
    ['a condition there is none of', { depends_on: { temporal: { condition: 'service_ready' } } }],
    ['a list where one name belongs', { restart: ['always'] }],
  ])('would not be valid with %s', (_, fault) => {
    const serve = { ...service('serve'), ...fault };
    const broken = { ...composeFile, services: { ...services, serve } };
    expect(composeSchemaErrors(broken)).not.toEqual([]);
  });

  it('pins every image to a release, none of them the deprecated one', () => {
    const images = named.flatMap(([, { image }]) => image ?? []);
    expect(images).toHaveLength(named.filter(([, { build }]) => build === undefined).length);
    for (const image of images) expect(image).toMatch(/^[a-z/-]+:\d+\.\d+(\.\d+)?$/);
    expect(images.filter((image) => image.includes('auto-setup'))).toEqual([]);
  });

  it('sets the databases up with the tools of the very server that uses them', () => {
    const version = (name: string) => service(name).image?.split(':')[1];
    expect(version('temporal-schema')).toBe(version('temporal'));
    expect(version('temporal-namespace')).toBe(version('temporal'));
  });

  it('waits only for what can come true', () => {
    const conditions = named.flatMap(([name, { depends_on }]) =>
      Object.entries(depends_on ?? {}).map(([other, { condition }]) => ({
        name,
        other,
        condition,
      })),
    );
    expect(conditions.length).toBeGreaterThanOrEqual(6);
    for (const { other, condition } of conditions) {
      const { healthcheck, restart } = service(other);
      if (condition === 'service_healthy') expect(healthcheck).toBeDefined();
      else expect({ condition, restart }).toEqual({ condition: 'service_completed_successfully' });
    }
  });

  it('publishes ports on loopback only, and neither database nor engine at all', () => {
    const published = named.flatMap(([name, { ports }]) =>
      (ports ?? []).map((port) => [name, port]),
    );
    expect(published).toEqual([
      ['temporal-ui', '127.0.0.1:8080:8080'],
      ['serve', '127.0.0.1:3000:3000'],
    ]);
  });

  it('mounts files that are there, the role script as a program', () => {
    const files = named
      .flatMap(([, { volumes }]) => volumes ?? [])
      .flatMap((volume) => (volume.startsWith('./') ? (volume.split(':')[0] ?? []) : []));
    expect(files).toHaveLength(2);
    for (const file of files) expect(existsSync(inRepository(file)), file).toBe(true);
    // Without the bit the image would read it into its own shell instead.
    accessSync(inRepository('docker/postgresql/create-roles.sh'), constants.X_OK);
  });

  it('gives the engine one partition per task queue and timely timers', () => {
    const { environment, volumes } = service('temporal');
    const [file = '', target] = volumes?.[0]?.split(':') ?? [];
    expect(environment?.['DYNAMIC_CONFIG_FILE_PATH']).toBe(target);
    expect(parse(read(file))).toEqual({
      'matching.numTaskqueueReadPartitions': [{ value: 1 }],
      'matching.numTaskqueueWritePartitions': [{ value: 1 }],
      'system.enableActivityEagerExecution': [{ value: true }],
      'history.timerProcessorMaxTimeShift': [{ value: '100ms' }],
    });
  });
});

describe('what the service is given', () => {
  const names = Object.keys(service('serve').environment ?? {});

  it('is every setting there is but those of the embedded engine and stores', () => {
    const embedded = [
      'SWITCHYARD_DIR',
      'TEMPORAL_CLI',
      'TEMPORAL_EMBEDDED_PORT',
      'TEMPORAL_EMBEDDED_UI_PORT',
    ];
    const settings = Object.keys(configSchema.shape).filter((name) => !embedded.includes(name));
    expect([...names].sort()).toEqual(settings.sort());
  });

  it('makes a configuration with everything that a deployment must bring', () => {
    const config = loadConfig(environmentOf(service('serve'), SECRETS), { keys: true });
    expect(config).toMatchObject({
      HOST: '0.0.0.0',
      PORT: 3000,
      DATABASE_URL: 'postgresql://switchyard:c@postgresql:5432/switchyard',
      TEMPORAL_ADDRESS: 'temporal:7233',
      TRTC_SDK_APP_ID: 1400000000,
    });
  });

  it('includes optional settings where they are set', () => {
    const set = { ...SECRETS, LOG_LEVEL: 'debug', CALLS_RING_TIMEOUT_SECONDS: '45' };
    expect(loadConfig(environmentOf(service('serve'), set))).toMatchObject({
      LOG_LEVEL: 'debug',
      CALLS_RING_TIMEOUT_SECONDS: 45,
    });
  });

  it.each(Object.keys(SECRETS))('stops everything while %s is not set', (name) => {
    const { [name]: _, ...others } = SECRETS as Record<string, string>;
    expect(() => everyEnvironment(others)).toThrow(UnsetVariable);
    expect(() => everyEnvironment(SECRETS)).not.toThrow();
  });

  it('may be a public key instead of a secret, but not neither', () => {
    const noSecret = { ...SECRETS, AUTH_JWT_SECRET: '' };
    const configured = (variables: Record<string, string>) =>
      loadConfig(environmentOf(service('serve'), variables), { keys: true });
    expect(() => configured({ ...noSecret, AUTH_JWT_PUBLIC_KEY: 'PEM' })).not.toThrow();
    expect(() => configured(noSecret)).toThrow('AUTH_JWT_SECRET or AUTH_JWT_PUBLIC_KEY');
  });

  it('is one namespace, the one that is created and the one the UI opens', () => {
    const variables = { ...SECRETS, TEMPORAL_NAMESPACE: 'calls' };
    const of = (name: string) => environmentOf(service(name), variables);
    expect([
      of('serve')['TEMPORAL_NAMESPACE'],
      of('temporal-namespace')['TEMPORAL_NAMESPACE'],
      of('temporal-ui')['TEMPORAL_DEFAULT_NAMESPACE'],
    ]).toEqual(['calls', 'calls', 'calls']);
  });

  it('is time to drain before it is killed', () => {
    const grace = Number(service('serve').stop_grace_period?.replace(/s$/, ''));
    const { SHUTDOWN_GRACE_SECONDS } = loadConfig(environmentOf(service('serve'), SECRETS));
    const apiThenWorker = 2 * SHUTDOWN_GRACE_SECONDS;
    expect(grace).toBeGreaterThan(apiThenWorker + 5);
  });
});

describe('Dockerfile', () => {
  const instructions = dockerfile();
  const texts = (name: string) =>
    instructions.filter((each) => each.name === name).map(({ text }) => text);
  const lastStage = Math.max(...instructions.map(({ stage }) => stage));
  const last = (name: string) =>
    instructions.findLast((each) => each.stage === lastStage && each.name === name)?.text;
  const copies = texts('COPY').map((text) => {
    const words = text.split(' ');
    const from = words[0]?.startsWith('--from=')
      ? words.shift()?.slice('--from='.length)
      : undefined;
    return { from, sources: words.slice(0, -1) };
  });
  const fromContext = copies
    .filter(({ from }) => from === undefined)
    .flatMap((copy) => copy.sources);
  const manifest = JSON.parse(read('package.json')) as {
    bin: Record<string, string>;
    scripts: Record<string, string>;
  };

  it('copies only what exists and what reaches the builder', () => {
    const reaching = read('.dockerignore')
      .split('\n')
      .flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []));
    expect(fromContext.length).toBeGreaterThan(7);
    for (const source of fromContext) {
      expect(existsSync(inRepository(source)), source).toBe(true);
      expect(reaching).toContain(source.split('/')[0]);
    }
  });

  it('copies from stages that it has', () => {
    const stages = texts('FROM').flatMap((text) => text.split(' AS ')[1] ?? []);
    expect(stages).toEqual(['build', 'dependencies']);
    expect(copies.flatMap(({ from }) => from ?? [])).toEqual(['dependencies', 'build']);
  });

  it('has everything the build reads', () => {
    const { extends: base, include } = JSON.parse(read('tsconfig.build.json')) as {
      extends: string;
      include: string[];
    };
    const needed = [base.replace('./', ''), ...include.map((path) => path.split('/')[0])];
    expect(fromContext).toEqual(expect.arrayContaining(needed));
  });

  it('runs scripts that package.json has', () => {
    const scripts = texts('RUN').flatMap((text) => /npm run (\S+)/.exec(text)?.[1] ?? []);
    expect(scripts).toEqual(['build']);
    for (const script of scripts) expect(manifest.scripts).toHaveProperty(script);
  });

  it('builds on glibc, which the engine bridge needs, and on one Node', () => {
    const images = texts('FROM').map((text) => text.split(' ')[0]);
    expect(new Set(images)).toEqual(new Set(['node:24-bookworm-slim']));
  });

  it('serves, as nobody in particular, what package.json names as its program', () => {
    expect(JSON.parse(last('CMD') ?? '')).toEqual(['node', manifest.bin['switchyard'], 'serve']);
    expect(last('USER')).toBe('node');
    expect(last('HEALTHCHECK')).toContain('/healthz');
  });

  it('carries the migrations to where the store looks for them', () => {
    expect(fromContext).toEqual(expect.arrayContaining(['package.json', 'src/store/migrations']));
  });

  it('leaves development dependencies out', () => {
    const installs = texts('RUN').filter((text) => text.includes('npm ci'));
    expect(installs).toHaveLength(2);
    expect(installs[1]).toContain('npm ci --omit=dev');
  });
});
