import { excessOf } from '../../../domain/gate-role.ts';
import { defineCheck, ok } from '../../check.ts';
import { onPrimary } from '../../gate.ts';
import { sqlRemedy } from '../../remedies.ts';

export const check = defineCheck({
  id: 'no-harm',
  kind: 'gate',
  title: 'No right of the gate that does harm',
  purpose: 'Plan what others wrote: functions of it can run meanwhile, with the rights of this role.',
  without: 'The gate refuses the role (gate-role) and gives no verdict; jobs that ask it do not run.',
  check(access) {
    const excess = excessOf(access.role);
    if (excess.length === 0) return ok(`${access.role.role} has none`);
    const taken = excess.flatMap(({ take }) => take ?? []);
    return {
      status: 'missing',
      found: `${access.role.role} may do too much: ${distinct(excess.map(({ what }) => what)).join(', ')}.`,
      remedy: sqlRemedy(
        'Take it away. Where the role is used elsewhere too, give the gate one of its own: "firebreak init --print grants --gate …" prints it.',
        onPrimary(access),
        ...distinct(taken),
      ),
    };
  },
});

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
