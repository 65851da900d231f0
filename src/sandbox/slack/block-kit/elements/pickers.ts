import { z } from 'zod';
import { confirmable, focusable, placeholdable } from './common.ts';

/** A day, written YYYY-MM-DD. */
export const datepicker = z.strictObject({
  type: z.literal('datepicker'),
  ...confirmable,
  ...focusable,
  ...placeholdable,
  initial_date: z.iso.date().optional(),
});

/** A time of day, written HH:mm. */
export const timepicker = z.strictObject({
  type: z.literal('timepicker'),
  ...confirmable,
  ...focusable,
  ...placeholdable,
  initial_time: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
    .optional(),
  timezone: z.string().optional(),
});

/** A moment, in seconds of the epoch (ten digits). */
export const datetimepicker = z.strictObject({
  type: z.literal('datetimepicker'),
  ...confirmable,
  ...focusable,
  initial_date_time: z.int().min(1_000_000_000).max(9_999_999_999).optional(),
});
