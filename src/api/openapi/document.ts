import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
} from 'zod-openapi';
import {
  isForUsers,
  isWebhookRoute,
  ROUTES,
  type Route,
  type RouteName,
} from '../../contract/routes.js';
import { USER_ROUTES } from '../../contract/user-routes.js';
import type { HttpStatusMode } from '../answer.js';
import { ACTING_USER_HEADER } from '../auth/acting-user.js';
import { IDEMPOTENCY_KEY_HEADER } from '../idempotency-key.js';
import { phonePaths } from '../phone/openapi.js';
import { EXAMPLES } from './examples.js';
import { responsesOf } from './responses.js';
import { WEBHOOKS } from './webhooks.js';

const DESCRIPTION = `Asks for calls, moves them and reads them.

Every answer is an envelope \`{code, message, data}\`; \`code\` is 0 on success. A path that does not
exist answers 40401 with HTTP 404, a method that a path does not have 40401 with HTTP 405 and \`Allow\`.
Every command may be repeated safely. After 42901, 50301 and 50401 the same request may be sent again
once \`Retry-After\` seconds have passed; after 50401 its first attempt may yet take effect, once.`;

/** The route table as OpenAPI 3.1. */
export const openApiDocument = (mode: HttpStatusMode) =>
  createDocument({
    openapi: '3.1.0',
    info: { title: 'Switchyard', version: '0.1.0', description: DESCRIPTION },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }],
    tags: [
      { name: 'calls', description: 'Calls, and what is told of them' },
      { name: 'webhooks', description: 'What is posted to backends, and where to' },
      { name: 'users', description: 'Phones of users, for backends and operators' },
      { name: 'phones', description: 'Calls by phone, where a telephony provider is configured' },
    ],
    paths: { ...pathsOf(mode), ...phonePaths() },
    webhooks: WEBHOOKS,
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description:
            'A JWT whose `sub` is the user id. With scope `service` it is a backend, which names the user it acts for in `X-Acting-User`.',
        },
      },
    },
  });

function pathsOf(mode: HttpStatusMode): ZodOpenApiPathsObject {
  const paths: ZodOpenApiPathsObject = {};
  for (const name of Object.keys(ROUTES) as RouteName[]) {
    const { path, method } = ROUTES[name];
    paths[path] = { ...paths[path], [method]: operationOf(name, mode) };
  }
  return paths;
}

function tagOf(name: RouteName): 'calls' | 'users' | 'webhooks' {
  if (isWebhookRoute(name)) return 'webhooks';
  return name in USER_ROUTES ? 'users' : 'calls';
}

function operationOf(name: RouteName, mode: HttpStatusMode): ZodOpenApiOperationObject {
  const { operationId, summary, params, query, body }: Route = ROUTES[name];
  return {
    operationId,
    summary,
    tags: [tagOf(name)],
    requestParams: {
      ...(params !== undefined && { path: params }),
      ...(query !== undefined && { query }),
    },
    parameters: headersOf(name),
    ...(body !== undefined && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: body, example: EXAMPLES[name].body } },
      },
    }),
    responses: responsesOf(name, mode),
  };
}

const DESCRIBED: Readonly<Record<string, string>> = {
  'Last-Event-ID': 'Goes on after this event; an EventSource sends it when it connects again',
  [IDEMPOTENCY_KEY_HEADER]:
    'Repeating a request under the same key within 24 hours answers with the call it created, and with `Idempotent-Replayed: true`',
};

function headersOf(name: RouteName) {
  const { headers = [] }: Route = ROUTES[name];
  return [
    ...headers.map((header) => ({
      name: header,
      in: 'header' as const,
      description: DESCRIBED[header] ?? header,
      schema: { type: 'string' as const, minLength: 1, maxLength: 255 },
    })),
    {
      name: ACTING_USER_HEADER,
      in: 'header' as const,
      description: isForUsers(name)
        ? 'The user a service acts for; required with a service token'
        : 'The user a service acts for; a service that names none reads any call',
      schema: { type: 'string' as const, pattern: '^[1-9][0-9]{0,18}$' },
    },
  ];
}
