import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { openApiDocument } from '../../src/api/openapi/document.js';
import { EXAMPLES } from '../../src/api/openapi/examples.js';
import { CODES, PERMISSION_REFUSED_MESSAGE } from '../../src/contract/codes.js';
import { COMMON_ERRORS, ROUTES, type Route, type RouteName } from '../../src/contract/routes.js';
import { pingPayload, webhookPayload } from '../../src/contract/webhook-schemas.js';

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly { readonly in: string; readonly name: string }[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly example: unknown }>>;
  };
  readonly responses: Readonly<Record<string, Answer>>;
}
interface Answer {
  readonly headers: Readonly<Record<string, unknown>>;
  readonly content: Readonly<
    Record<string, { readonly examples: Readonly<Record<string, { readonly value: Envelope }>> }>
  >;
}
interface Envelope {
  readonly code: number;
  readonly message: string;
  readonly data: unknown;
}

/** As it is served: what cannot be written as JSON would be missing here. */
const served = (mode: 'fit' | '200') =>
  JSON.parse(JSON.stringify(openApiDocument(mode))) as Record<string, unknown>;

const operation = (mode: 'fit' | '200', name: RouteName): Operation => {
  const paths = served(mode).paths as Record<string, Record<string, Operation>>;
  const found = paths[ROUTES[name].path]?.[ROUTES[name].method];
  if (found === undefined) throw new Error(`${name} is not documented`);
  return found;
};

const examplesOf = ({ responses }: Operation) =>
  Object.entries(responses).flatMap(([status, { content }]) =>
    Object.values(content['application/json']?.examples ?? {}).map(({ value }) => ({
      status: Number(status),
      ...value,
    })),
  );

describe.each(['fit', '200'] as const)('the document, with HTTP status %s', (mode) => {
  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    expect(await validator.validate(served(mode))).toStrictEqual({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  it('has every route of the table, the phone API, and no other', () => {
    const { paths } = served(mode) as { paths: Record<string, Record<string, Operation>> };
    const documented = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(
        ([method, { operationId }]) => `${operationId} ${method} ${path}`,
      ),
    );
    const table = Object.entries(ROUTES).map(
      ([name, { method, path }]) => `${name} ${method} ${path}`,
    );
    const phones = [
      'phoneCall get /v1/app/call/{targetId}',
      'phoneCallService get /v1/app/callService',
      'phoneCallCancel get /v1/app/callCancel/{callSid}',
      'phoneCallState get /v1/app/callState/{callSid}',
    ];
    expect(documented.toSorted()).toStrictEqual([...table, ...phones].toSorted());
  });
});

it('is refused by the validator when an answer loses its description', async () => {
  const document = served('fit');
  const broken = JSON.parse(
    JSON.stringify(document).replace('"description":"`0` success"', '"x":1'),
  ) as Record<string, unknown>;
  expect((await new Validator().validate(broken)).valid).toBe(false);
});

describe.each(Object.keys(ROUTES) as RouteName[])('%s', (name) => {
  const route: Route = ROUTES[name];

  it('documents each of its codes once, under its HTTP status, with its message', () => {
    // A stream has no envelope: what it says on success is tested with its other answers below.
    const success = route.stream === true ? [] : [0 as const];
    const codes = [...success, ...COMMON_ERRORS, ...ROUTES[name].errors] as const;
    const expected = codes.map((code) => ({
      status: CODES[code].http,
      code,
      message:
        name === 'createCall' && code === 41010 ? PERMISSION_REFUSED_MESSAGE : CODES[code].message,
      data: code === 0 ? EXAMPLES[name].data : null,
    }));
    const byCode = (a: Envelope, b: Envelope) => a.code - b.code;
    expect(examplesOf(operation('fit', name)).toSorted(byCode)).toStrictEqual(
      expected.toSorted(byCode),
    );
    expect(examplesOf(operation('200', name)).toSorted(byCode)).toStrictEqual(
      expected.map((each) => ({ ...each, status: 200 })).toSorted(byCode),
    );
  });

  it('has examples that its own schemas accept', () => {
    const { requestBody } = operation('fit', name);
    const example = requestBody?.content['application/json']?.example;
    expect(example).toStrictEqual(route.body === undefined ? undefined : EXAMPLES[name].body);
    if (route.body !== undefined) expect(route.body.parse(example)).toStrictEqual(example);
    expect(route.data.parse(EXAMPLES[name].data)).toStrictEqual(EXAMPLES[name].data);
  });

  it('names its parameters, X-Acting-User among them, and Retry-After', () => {
    const { parameters, responses } = operation('fit', name);
    const named = parameters.map(({ in: where, name: what }) => `${where} ${what}`);
    expect(named.toSorted()).toStrictEqual(
      [
        ...Object.keys(route.params?.shape ?? {}).map((param) => `path ${param}`),
        ...Object.keys(route.query?.shape ?? {}).map((param) => `query ${param}`),
        ...(route.headers ?? []).map((header) => `header ${header}`),
        'header X-Acting-User',
      ].toSorted(),
    );
    expect(Object.keys(responses['429']?.headers ?? {})).toContain('Retry-After');
    expect(Object.keys(responses['503']?.headers ?? {})).toContain('Retry-After');
    expect(Object.keys(responses['400']?.headers ?? {})).not.toContain('Retry-After');
  });
});

it('documents the stream by the shape of its events, with the same errors as any other route', () => {
  const { responses } = operation('fit', 'streamEvents');
  expect(Object.keys(responses)).toStrictEqual(['200', '400', '401', '429', '500', '503']);
  expect(Object.keys(responses['200']?.content ?? {})).toStrictEqual(['text/event-stream']);
  const schema = JSON.stringify(responses['200']?.content['text/event-stream']);
  for (const shape of ['CallEvent', 'StreamOpened']) expect(schema).toContain(`schemas/${shape}`);
});

it('has a section on webhooks, whose examples its schemas accept', () => {
  const { webhooks } = served('fit') as {
    webhooks: Record<
      string,
      { post: { parameters: { name: string }[]; requestBody: Operation['requestBody'] } }
    >;
  };
  expect(Object.keys(webhooks)).toStrictEqual(['callEvent', 'webhookPing']);
  const example = (name: string) =>
    webhooks[name]?.post.requestBody?.content['application/json']?.example;
  expect(webhookPayload.parse(example('callEvent'))).toStrictEqual(example('callEvent'));
  expect(pingPayload.parse(example('webhookPing'))).toStrictEqual(example('webhookPing'));
  for (const { post } of Object.values(webhooks)) {
    expect(post.parameters.map(({ name }) => name)).toStrictEqual([
      'webhook-id',
      'webhook-timestamp',
      'webhook-signature',
    ]);
  }
});

it('has every code of the catalogue on some route; 40401 belongs to none and is in the preface', () => {
  const names = Object.keys(ROUTES) as RouteName[];
  const documented = names.flatMap((name) =>
    examplesOf(operation('fit', name)).map(({ code }) => code),
  );
  const missing = Object.keys(CODES).filter((code) => !documented.includes(Number(code)));
  expect(missing).toStrictEqual(['40401']);
  expect((served('fit').info as { description: string }).description).toContain('40401');
});

it('describes ids as 64-bit integers', () => {
  const { schemas } = served('fit').components as {
    schemas: Record<string, { properties: Record<string, unknown> }>;
  };
  expect(schemas.CreateCall?.properties.target_user_id).toMatchObject({
    type: 'integer',
    format: 'int64',
    minimum: 1,
  });
  expect(schemas.CallState?.properties.callee_user_id).toMatchObject({
    anyOf: [{ type: 'integer', format: 'int64', minimum: 1 }, { type: 'string' }],
  });
});
