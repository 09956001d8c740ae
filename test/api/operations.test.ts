import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send, sendAs } from '../support/api-client.js';
import { startTestApi, type TestApi } from '../support/test-api.js';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

describe('health', () => {
  it('is good for the process whatever else is broken', async () => {
    const broken = await api.alongside({ app: { readiness: async () => ({ engine: 'down' }) } });
    const answer = await send(`${broken.url}/healthz`);
    expect(answer).toMatchObject({ status: 200, text: '{"status":"ok"}' });
  });

  it('is ready while every check passes', async () => {
    const answer = await send(`${api.url}/readyz`);
    expect(answer.status).toBe(200);
    expect(answer.text).toBe('{"status":"ready","checks":{"store":"ok"}}');
  });

  it('is not ready when a check fails, and names the check', async () => {
    const checks = { store: 'ok', engine: 'down' } as const;
    const broken = await api.alongside({ app: { readiness: async () => checks } });
    const answer = await send(`${broken.url}/readyz`);
    expect(answer.status).toBe(503);
    expect(JSON.parse(answer.text)).toStrictEqual({ status: 'not ready', checks });
  });

  it('stays ready while live calls can be served, and says what is degraded', async () => {
    const checks = { store: 'degraded', engine: 'ok' } as const;
    const limping = await api.alongside({ app: { readiness: async () => checks } });
    const answer = await send(`${limping.url}/readyz`);
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toStrictEqual({ status: 'ready', checks });
  });
});

describe('metrics', () => {
  it('count answers by operation and code, and are each app’s own', async () => {
    const app = await api.alongside({});
    await sendAs(app.url, '10001', 'listRinging');
    await sendAs(app.url, '10001', 'getCall', { callId: 999_999 });
    await send(`${app.url}/api/nothing`);
    const { text, headers } = await send(`${app.url}/metrics`);
    expect(headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const count = (labels: string) =>
      text.includes(`http_request_duration_seconds_count{${labels}} 1\n`);
    expect(count('operation="listRinging",code="0"')).toBe(true);
    expect(count('operation="getCall",code="41001"')).toBe(true);
    expect(count('operation="none",code="40401"')).toBe(true);
    expect(text).toContain('process_cpu_user_seconds_total');
    const other = await send(`${api.url}/metrics`);
    expect(other.text).not.toContain('operation="getCall"');
  });

  it('count what webhooks were lost, where this process delivers them', async () => {
    const losses = { dead: 0, gone: 0 };
    const app = await api.alongside({ app: { webhookLosses: () => losses } });
    const lost = async (url: string) =>
      (await send(`${url}/metrics`)).text.match(/^webhook_\w+ \d+$/gm);
    const deadAndGone = (dead: number, gone: number) => [
      `webhook_deliveries_dead_total ${dead}`,
      `webhook_endpoints_gone_total ${gone}`,
    ];
    expect(await lost(app.url)).toEqual(deadAndGone(0, 0));
    Object.assign(losses, { dead: 2, gone: 1 });
    expect(await lost(app.url)).toEqual(deadAndGone(2, 1));
    expect(await lost(app.url)).toEqual(deadAndGone(2, 1));
    expect(await lost(api.url)).toBeNull();
  });
});

describe('the documents', () => {
  it('are served as JSON', async () => {
    const { status, headers, text } = await send(`${api.url}/openapi.json`);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect((JSON.parse(text) as { openapi: string }).openapi).toBe('3.1.0');
  });

  it.each(['/docs', '/docs/'])(
    'are shown at %s by a page whose every asset loads and whose policy allows it',
    async (path) => {
      const page = await send(api.url + path);
      expect(page.status).toBe(200);
      expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
      const policy = page.headers.get('content-security-policy') ?? '';
      expect(policy).toContain("script-src 'self'");
      expect(page.text).not.toMatch(/<script>|<script [^>]*>[^<]|\son\w+=/);
      const assets = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url ?? '');
      expect(assets).toHaveLength(5);
      for (const asset of assets) {
        const { status, text, headers } = await send(api.url + asset);
        expect(status, asset).toBe(200);
        expect(text.length, asset).toBeGreaterThan(100);
        const type = { js: 'text/javascript', css: 'text/css', png: 'image/png' };
        const kind = asset.split('.').at(-1) as keyof typeof type;
        expect(headers.get('content-type'), asset).toMatch(new RegExp(`^${type[kind]}`));
      }
    },
  );

  it('answer a range beyond an asset as a mistake of the client', async () => {
    const answer = await send(`${api.url}/docs/swagger-ui.css`, {
      headers: { range: 'bytes=99999999-' },
    });
    expect(answer).toMatchObject({ status: 400, code: 40001 });
    expect(answer.message).toBe('invalid parameter: request is malformed');
  });

  it.each(['/docs/package.json', '/docs/index.html', '/docs/..%2fpackage.json', '/docs/x.js'])(
    'give nothing else away at %s',
    async (path) => {
      expect(await send(api.url + path)).toMatchObject({ status: 404, code: 40401 });
    },
  );
});
