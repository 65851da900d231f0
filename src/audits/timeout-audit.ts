import type { Severity } from '../domain/audit.ts';
import { type Effective, effectiveValues } from '../domain/effective-setting.ts';
import { formatCount } from '../domain/format.ts';
import type { LoginRole } from '../domain/server-readout.ts';
import { ident } from '../domain/sql-name.ts';
import { type Audit, type Draft, defineAudit } from './audit.ts';
import type { DatabaseUnderAudit } from './facts.ts';
import type { PostMortemLine } from './post-mortem.ts';

/** How the audits of timeouts differ. */
export interface TimeoutAuditSpec {
  readonly id: string;
  readonly setting: string;
  readonly severity: Severity;
  readonly why: string;
  readonly falsePositives: string;
  readonly holds: readonly PostMortemLine[];
  /** Value that is proposed, and what to weigh about it. */
  readonly proposal: { readonly value: string; readonly note: string };
  /** The first version that has the setting. */
  readonly since?: number;
}

const REACHES =
  'New sessions get it: let PgBouncer RECONNECT or recycle the pods afterwards, and check that they still work.';

/** An audit that each role which may log in is bounded by a timeout. */
export function timeoutAudit(spec: TimeoutAuditSpec): Audit {
  const { setting, since = 14 } = spec;
  return defineAudit({
    id: spec.id,
    system: 'postgres',
    title: `Role without ${setting}`,
    todo: `Set ${setting}`,
    severity: spec.severity,
    why: spec.why,
    falsePositives: spec.falsePositives,
    step: 'postgres.set-limits',
    holds: spec.holds,
    needs: ['server'],
    check({ server, database }) {
      if (server.versionNumber < since * 10_000)
        return { doesNotApply: `${setting} exists since PostgreSQL ${since}.` };
      const { known, unknown } = effectiveValues(server, setting);
      const unbounded = known.filter(({ role, milliseconds }) => isLookedAt(role) && milliseconds === 0);
      const others = unknown.filter(isLookedAt);
      return [
        ...unbounded.map((one) => unboundedRole(spec, one, server.database, database)),
        ...(others.length === 0 ? [] : [hiddenValue(spec, others, server.roles)]),
      ];
    },
  });
}

/** A superuser that nobody is connected as is a person's way in, and no application. */
function isLookedAt({ own, superuser, sessions }: LoginRole): boolean {
  return !own && (!superuser || sessions > 0);
}

function unboundedRole(
  { setting, proposal, severity }: TimeoutAuditSpec,
  { role, value, from }: Effective,
  datname: string,
  { protectedRoles }: DatabaseUnderAudit,
): Draft {
  const meant = role.superuser || protectedRoles.includes(role.name);
  const special = role.superuser
    ? ' It is a superuser.'
    : meant
      ? ' It is protected by the configuration, so it may be meant to run long.'
      : '';
  return {
    subject: `role ${role.name}`,
    severity: meant ? 'info' : severity,
    evidence: `${setting} = ${value} from ${from}, so there is no limit in database ${datname}. The role has ${formatCount(role.sessions, 'session')} there now.${special}`,
    remedy: {
      text: `Give the role a limit. ${proposal.note} ${REACHES}`,
      commands: [
        {
          label: 'as its owner or a superuser',
          language: 'sql',
          text: `ALTER ROLE ${ident(role.name)} IN DATABASE ${ident(datname)} SET ${setting} = '${proposal.value}';`,
        },
      ],
    },
  };
}

/** Firebreak's own role has a value of its own, and the reset value shows that one instead of the server's. */
function hiddenValue(
  { setting, severity }: TimeoutAuditSpec,
  unknown: readonly LoginRole[],
  roles: readonly LoginRole[],
): Draft {
  const own = roles.find((role) => role.own)?.name ?? 'firebreak';
  return {
    subject: `role ${own}`,
    severity: severity === 'high' ? 'medium' : 'low',
    evidence: `Firebreak's own role has a ${setting} of its own, which hides that of the server: ${formatCount(unknown.length, 'role')} cannot be checked (${unknown
      .slice(0, 5)
      .map(({ name }) => name)
      .join(', ')}${unknown.length > 5 ? ', …' : ''}).`,
    remedy: {
      text: 'Firebreak sets its limits in the session; take the stored one away, then audit again.',
      commands: [
        { label: 'as a superuser', language: 'sql', text: `ALTER ROLE ${ident(own)} RESET ${setting};` },
      ],
    },
  };
}
