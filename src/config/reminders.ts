import { z } from 'zod';

/** Who hears of a decision that waits; when is said by the runbook. */
export const Reminders = z.strictObject({
  group: z
    .string()
    .regex(/^S[A-Z0-9]{2,}$/, 'a Slack user group id such as S0123ABCD')
    .optional()
    .describe('Slack user group that is called in the channel.'),
  onCall: z.string().optional().describe('Name of the entry of onCall whose people are called with it.'),
  pager: z.string().optional().describe('Name of the entry of paging through which somebody is woken up.'),
});
type Reminders = z.infer<typeof Reminders>;

interface Named {
  readonly reminders: Reminders;
  readonly databases: readonly { readonly reminders?: Reminders | undefined }[];
  readonly onCall: readonly { readonly name: string }[];
  readonly paging: readonly { readonly name: string }[];
}

/** Refuses names of on-call sources and pagers that are not there: at night nobody would be called. */
export function refuseUnknownNames(file: Named, context: z.RefinementCtx): void {
  const check = (path: (string | number)[], reminders: Reminders | undefined) => {
    for (const [key, known] of [
      ['onCall', file.onCall],
      ['pager', file.paging],
    ] as const) {
      const name = reminders?.[key];
      if (name === undefined || known.some((entry) => entry.name === name)) continue;
      const list = key === 'pager' ? 'paging' : 'onCall';
      context.addIssue({
        code: 'custom',
        path: [...path, 'reminders', key],
        message: `${list} has no entry of this name`,
      });
    }
  };
  check([], file.reminders);
  for (const [index, { reminders }] of file.databases.entries()) check(['databases', index], reminders);
}
