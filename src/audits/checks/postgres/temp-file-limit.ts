import { effectiveValues } from '../../../domain/effective-setting.ts';
import type { ServerReadout } from '../../../domain/server-readout.ts';
import type { Audit } from '../../audit.ts';
import { settingAudit } from '../../setting-audit.ts';

const ofServer = settingAudit({
  id: 'temp-file-limit',
  setting: 'temp_file_limit',
  title: 'One query may fill the disk',
  todo: 'Set temp_file_limit',
  severity: 'medium',
  why: 'A large sort or hash join writes temporary files without a bound; when the disk is full every write fails.',
  falsePositives:
    'Where temp_tablespaces lies on a volume of its own: suppress it. A limit that every role has of its own counts as one.',
  isBad: (value) => value === '-1',
  proposal: '20GB',
  note: 'Set it to what the disk can spare for one session; it ends the query that wants more.',
  takesEffect: 'reload',
});

export const audit: Audit = {
  ...ofServer,
  step: 'postgres.set-limits',
  check(facts) {
    const unbounded = unboundedRoles(facts.server);
    if (unbounded !== null && unbounded.length === 0) return [];
    const found = ofServer.check(facts);
    if (unbounded === null || 'doesNotApply' in found) return found;
    const names = unbounded.slice(0, 5).join(', ');
    return found.map((draft) => ({
      ...draft,
      evidence: `${draft.evidence} Some roles have a limit of their own; these have none: ${names}${unbounded.length > 5 ? ', …' : ''}.`,
    }));
  },
};

/** Roles that are no superusers and have no limit of their own, or null when none has one. */
function unboundedRoles(server: ServerReadout): string[] | null {
  const { known, unknown } = effectiveValues(server, 'temp_file_limit');
  const meant = [...known, ...unknown.map((role) => ({ role, value: '-1', from: 'the server' }))].filter(
    ({ role }) => !role.superuser && !role.own,
  );
  const unbounded = meant.filter(({ value, from }) => from === 'the server' || value === '-1');
  return unbounded.length === meant.length ? null : unbounded.map(({ role }) => role.name);
}
