import { z } from 'zod';
import { nullable, requiredText, text } from './schemas.js';

const MAX_INT64 = 9_223_372_036_854_775_807n;

/** Exact up to 64 bits: it stays text. */
const userId = z
  .string()
  .regex(/^[1-9]\d{0,18}$/, { error: 'must be a positive integer' })
  .refine((digits) => !/^\d+$/.test(digits) || BigInt(digits) <= MAX_INT64, {
    error: 'is out of range',
  });
const inPath = { override: { type: 'integer', format: 'int64', minimum: 1 } } as const;

export const userIdParam = z.object({ userId: userId.meta({ ...inPath, example: 10001 }) });

export const putUserBody = z
  .object({
    phone: nullable(text(32)).meta({
      description: 'E.164, or as it is written in the default region; null: none',
      example: '+8613800138000',
    }),
    sub_account: nullable(
      z.object({ sid: requiredText(128), token: requiredText(128) }).meta({ id: 'SubAccount' }),
    )
      .optional()
      .meta({
        description:
          'At the telephony provider; null: none. Left out it stays as it is, and one is made when it is needed',
      }),
  })
  .meta({ id: 'PutUser' });

const phoneShown = nullable(z.string()).meta({
  description: 'Masked: only its end is ever shown',
  example: '+86*******8000',
});

export const userView = z
  .object({ user_id: z.string(), phone: phoneShown, sub_account_sid: nullable(z.string()) })
  .meta({ id: 'User' });

export const removedUser = z.object({ user_id: z.string() }).meta({ id: 'RemovedUser' });

export const listUsersQuery = z.object({
  after: userId.optional().meta({ description: 'Goes on after this user', example: '10001' }),
  limit: z
    .string()
    .regex(/^\d{1,3}$/, { error: 'must be a number from 1 to 100' })
    .refine((digits) => Number(digits) >= 1 && Number(digits) <= 100, {
      error: 'must be a number from 1 to 100',
    })
    .optional()
    .meta({ description: 'How many at most; 100 unless given', example: '100' }),
});

export const userPage = z
  .object({
    users: z.array(userView),
    next: nullable(z.string()).meta({ description: 'For `after`; null where no user is left' }),
  })
  .meta({ id: 'UserPage' });

export const diallingBody = z
  .object({ allowed: z.boolean().meta({ description: 'Whether phones may be dialled' }) })
  .meta({ id: 'Dialling' });
