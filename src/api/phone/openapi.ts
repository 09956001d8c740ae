import { z } from 'zod';
import type { ZodOpenApiOperationObject, ZodOpenApiPathsObject } from 'zod-openapi';
import { noPhoneText, PHONE_FAILURES, WHEN_LIMITED } from './answers.js';

const callSid = z.string().meta({
  description: 'Creation time by Beijing’s clock, and the call id',
  example: '16090510160925480001030600243044',
});
const userId = z.string().meta({
  override: { type: 'integer', format: 'int64' },
  description: 'The user to ring',
  example: 20002,
});
const query = z.object({ access_token: z.string().meta({ description: 'The token of a user' }) });

interface Documented {
  readonly operationId: string;
  readonly summary: string;
  readonly path?: z.ZodObject;
  readonly data: z.ZodObject;
  readonly example: object;
  readonly failures: readonly (keyof typeof PHONE_FAILURES | 'noPhone')[];
  readonly whenLimited: keyof typeof PHONE_FAILURES;
}

const started = z.object({ callSid }).meta({ id: 'PhoneCallStarted' });
const ofStart = ['user', 'parameters', 'noPhone', 'noHotline', 'noAccount', 'system'] as const;

const DOCUMENTED: Readonly<Record<string, Documented>> = {
  '/v1/app/call/{targetId}': {
    operationId: 'phoneCall',
    summary: 'Ring my phone, then the one of another user, and join them',
    path: z.object({ targetId: userId }),
    data: started,
    example: { callSid: '16090510160925480001030600243044' },
    failures: ofStart,
    whenLimited: WHEN_LIMITED.call,
  },
  '/v1/app/callService': {
    operationId: 'phoneCallService',
    summary: 'The same with the service hotline',
    data: started,
    example: { callSid: '16090510160925480001030600243044' },
    failures: ofStart,
    whenLimited: WHEN_LIMITED.callService,
  },
  '/v1/app/callCancel/{callSid}': {
    operationId: 'phoneCallCancel',
    summary: 'Cancel my phone call before it is answered',
    path: z.object({ callSid }),
    data: z.object({ isSuccess: z.literal('success') }).meta({ id: 'PhoneCallCancelled' }),
    example: { isSuccess: 'success' },
    failures: ['user', 'cancel', 'system'],
    whenLimited: WHEN_LIMITED.callCancel,
  },
  '/v1/app/callState/{callSid}': {
    operationId: 'phoneCallState',
    summary: 'How far my phone call is: 1 asked for, 2 rings, 3 talks, 4 over',
    path: z.object({ callSid }),
    data: z.object({ stateType: z.enum(['1', '2', '3', '4']) }).meta({ id: 'PhoneCallState' }),
    example: { stateType: '3' },
    failures: ['user', 'system'],
    whenLimited: WHEN_LIMITED.callState,
  },
};

const failure = z
  .object({ returnCode: z.int(), returnMsg: z.string() })
  .meta({ id: 'PhoneFailure', description: 'Any answer without `data`' });

const failureOf = (name: Documented['failures'][number]) => {
  const [returnCode, returnMsg] =
    name === 'noPhone' ? [400, noPhoneText('010-56469588')] : PHONE_FAILURES[name];
  return { value: { returnCode, returnMsg } };
};

function operationOf(documented: Documented): ZodOpenApiOperationObject {
  const { operationId, summary, data, example, failures, whenLimited, path } = documented;
  const success = z.object({
    data,
    returnCode: z.literal(200),
    returnMsg: z.literal('success'),
  });
  const examples = {
    success: { value: { data: example, returnCode: 200, returnMsg: 'success' } },
    ...Object.fromEntries(failures.map((name) => [name, failureOf(name)])),
  };
  return {
    operationId,
    summary,
    description: `Whoever asks too often is answered ${PHONE_FAILURES[whenLimited].join(' ')}`,
    tags: ['phones'],
    security: [],
    requestParams: { query, ...(path !== undefined && { path }) },
    responses: {
      '200': {
        description: 'Well or not: `returnCode` tells',
        content: { 'application/json': { schema: z.union([success, failure]), examples } },
      },
    },
  };
}

/** The documented phone API; HTTP is always 200. */
export const phonePaths = (): ZodOpenApiPathsObject =>
  Object.fromEntries(
    Object.entries(DOCUMENTED).map(([path, documented]) => [
      path,
      { get: operationOf(documented) },
    ]),
  );
