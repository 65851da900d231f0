import { z } from 'zod';
import type { Authority, DecisionRules } from '../domain/authority.ts';

const EXPECTED =
  'expected a Slack user id such as U0123ABCD, a user group id such as S0123ABCD, or { onCall: NAME }';
const Approver = z.union(
  [
    z.string().regex(/^[UWS][A-Z0-9]{2,}$/, EXPECTED),
    z.strictObject({ onCall: z.string().min(1).describe('Name of an entry of onCall.') }),
  ],
  EXPECTED,
);
const Approvers = z.array(Approver).default([]);
const Classes = z.array(z.enum(['observe', 'workload', 'session'])).default([]);

/** `authority` of firebreak.yml: lists of who may decide, and rules beyond them. */
export const AuthorityKeys = z.strictObject({
  observe: Approvers,
  workload: Approvers,
  session: Approvers,
  incident: Approvers,
  twoPeople: Classes.describe('Classes whose steps two people approve, whatever the runbook says.'),
  noSelfApproval: Classes.describe('Classes in which whoever asked for a step may not be its only approver.'),
  breakGlass: z
    .strictObject({
      classes: z
        .array(z.enum(['observe', 'workload', 'session', 'incident']))
        .min(1)
        .describe('Classes in which a decision may be forced.'),
      people: z.array(Approver).min(1).describe('Who may force it.'),
    })
    .optional()
    .describe('Who may force a decision with a typed reason without being on the list; nobody unless given.'),
});
type AuthorityKeys = z.infer<typeof AuthorityKeys>;

/** The lists and the rules apart. */
export function resolveAuthority({ twoPeople, noSelfApproval, breakGlass, ...authority }: AuthorityKeys): {
  authority: Authority;
  decisionRules: DecisionRules;
} {
  const nobody = { classes: [], people: [] };
  return { authority, decisionRules: { twoPeople, noSelfApproval, breakGlass: breakGlass ?? nobody } };
}

interface Named {
  readonly authority: AuthorityKeys;
  readonly onCall: readonly { readonly name: string }[];
}

/** Refuses on-call sources that are not there: they would name nobody, which is learnt at night. */
export function refuseUnknownOnCall({ authority, onCall }: Named, context: z.RefinementCtx): void {
  const lists = [
    ...(['observe', 'workload', 'session', 'incident'] as const).map(
      (key) => [[key], authority[key]] as const,
    ),
    [['breakGlass', 'people'], authority.breakGlass?.people ?? []] as const,
  ];
  for (const [path, list] of lists) {
    for (const [index, approver] of list.entries()) {
      if (typeof approver === 'string' || onCall.some(({ name }) => name === approver.onCall)) continue;
      context.addIssue({
        code: 'custom',
        path: ['authority', ...path, index, 'onCall'],
        message: 'onCall has no entry of this name',
      });
    }
  }
}
