import { type GateRole, takeWriting } from '../../../domain/gate-role.ts';
import { defineCheck, notApplicable, ok } from '../../check.ts';
import { onPrimary } from '../../gate.ts';
import { sqlRemedy } from '../../remedies.ts';

/** Tables that are named; the rest is counted. */
const NAMED = 3;

export const check = defineCheck({
  id: 'read-only',
  kind: 'gate',
  title: 'No table that the gate may write',
  purpose: 'Let a function that runs while a plan is made change nothing.',
  without: 'A function in the SQL of a job could write, if it left the read-only session of the gate.',
  check(access) {
    const { role, superuser, writable } = access.role;
    const tables = [...new Set(writable.map(({ table }) => table))];
    if (superuser) return notApplicable(`${role} is a superuser, which is told above`);
    if (tables.length === 0) return ok(`${role} writes none`);
    const more = tables.length > NAMED ? ` and ${tables.length - NAMED} more` : '';
    return {
      status: 'advice',
      found: `${role} may write ${tables.slice(0, NAMED).join(', ')}${more}.`,
      remedy: sqlRemedy(
        `Take it away, unless plans of writing statements are wanted. ${reach(access.role)}`.trim(),
        onPrimary(access),
        ...writable.map(takeWriting),
      ),
    };
  },
});

/** Whom else the statements reach. */
function reach({ role, writable }: GateRole): string {
  const others = new Set(writable.flatMap(({ grantee }) => (grantee === role ? [] : [grantee ?? 'PUBLIC'])));
  return others.size === 0
    ? ''
    : `The right is that of ${[...others].join(', ')}: the statements take it from everybody who has it from there.`;
}
