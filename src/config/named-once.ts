import type { z } from 'zod';

/** Refuses a second entry of the same name; the first would be lost silently. */
export function namedOnce(entries: readonly { name: string }[], context: z.RefinementCtx): void {
  entries.forEach(({ name }, index) => {
    if (entries.findIndex((entry) => entry.name === name) === index) return;
    context.addIssue({
      code: 'custom',
      path: [index, 'name'],
      message: 'this name is taken by an earlier entry',
    });
  });
}
