import { rule as unknown } from './causes/unknown.ts';
import { causeRules } from './diagnose.ts';

/** Every kind of cause that a diagnosis can name. */
export const causeKinds: readonly string[] = [...causeRules, unknown].map(({ kind }) => kind);
