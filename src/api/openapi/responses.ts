import { z } from 'zod';
import type { ZodOpenApiResponsesObject } from 'zod-openapi';
import {
  CODES,
  type Code,
  type ErrorCode,
  PERMISSION_REFUSED_MESSAGE,
  RETRY_AFTER_SECONDS,
} from '../../contract/codes.js';
import { COMMON_ERRORS, ROUTES, type Route, type RouteName } from '../../contract/routes.js';
import { type HttpStatusMode, httpStatusOf } from '../answer.js';
import { EXAMPLES } from './examples.js';

const failure = z
  .object({
    code: z.int().meta({ example: 41001 }),
    message: z.string(),
    data: z.null(),
  })
  .meta({ id: 'Failure', description: 'Any answer whose code is not 0' });

/** The answers of a route by HTTP status, each with an example per code. */
export function responsesOf(name: RouteName, mode: HttpStatusMode): ZodOpenApiResponsesObject {
  const codes: Code[] = [0, ...COMMON_ERRORS, ...ROUTES[name].errors];
  const statuses = [...new Set(codes.map((code) => httpStatusOf(mode, code)))].toSorted(
    (a, b) => a - b,
  );
  return Object.fromEntries(
    statuses.map((status) => {
      const here = codes
        .filter((code) => httpStatusOf(mode, code) === status)
        .toSorted((a, b) => a - b);
      return [String(status) as `${1 | 2 | 3 | 4 | 5}${string}`, responseFor(name, here)];
    }),
  );
}

function responseFor(name: RouteName, codes: readonly Code[]) {
  const { stream }: Route = ROUTES[name];
  const enveloped = stream ? codes.filter((code) => code !== 0) : codes;
  return {
    description: codes.map((code) => `\`${code}\` ${messageOf(name, code)}`).join(', '),
    headers: headersFor(codes),
    content: {
      ...(enveloped.length > 0 && { 'application/json': envelope(name, enveloped) }),
      ...(enveloped.length < codes.length && { 'text/event-stream': eventStream(name) }),
    },
  };
}

const eventStream = (name: RouteName) => ({
  schema: ROUTES[name].data,
  examples: { 0: { value: EXAMPLES[name].data } },
});

function envelope(name: RouteName, codes: readonly Code[]) {
  const success = z.object({ code: z.literal(0), message: z.string(), data: ROUTES[name].data });
  const schema = codes.includes(0)
    ? codes.length > 1
      ? z.union([success, failure])
      : success
    : failure;
  return {
    schema,
    examples: Object.fromEntries(codes.map((code) => [code, { value: example(name, code) }])),
  };
}

const messageOf = (name: RouteName, code: Code): string =>
  name === 'createCall' && code === 41010 ? PERMISSION_REFUSED_MESSAGE : CODES[code].message;

const example = (name: RouteName, code: Code) => ({
  code,
  message: messageOf(name, code),
  data: code === 0 ? EXAMPLES[name].data : null,
});

const text = (description: string) => ({ description, schema: { type: 'string' as const } });

const headersFor = (codes: readonly Code[]) => ({
  'X-Request-Id': text('The id under which the log knows this request'),
  ...(codes.some((code) => code !== 0 && isRetryable(code)) && {
    'Retry-After': text('Seconds after which the same request may be sent again'),
  }),
});

const isRetryable = (code: ErrorCode): boolean => RETRY_AFTER_SECONDS[code] !== undefined;
