import { z } from 'zod';
import { IndexSpec } from '../../../domain/index-build.ts';

/** Data of the outcome of the step kind that builds indexes. */
export const BuiltIndexes = z.object({ built: z.array(IndexSpec) });
export type BuiltIndexes = z.infer<typeof BuiltIndexes>;
