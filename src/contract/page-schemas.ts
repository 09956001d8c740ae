import { z } from 'zod';

const MOST_PER_PAGE = 200;

export const pageLimit = z
  .string()
  .regex(/^[1-9]\d{0,2}$/, { error: `must be a whole number from 1 to ${MOST_PER_PAGE}` })
  .refine((digits) => Number(digits) <= MOST_PER_PAGE, {
    error: `must be a whole number from 1 to ${MOST_PER_PAGE}`,
  })
  .optional()
  .meta({ override: { type: 'integer', minimum: 1, maximum: MOST_PER_PAGE, default: 50 } });
