import { FirebreakError } from '../../../domain/errors.ts';
import { formatCount } from '../../../domain/format.ts';
import { onlyReads, readingPlan } from '../../read-only.ts';
import type { Draft } from '../../step-kind.ts';
import { configurationText, manifestsFor } from './configuration.ts';
import type { Ctx, Params, Sizes } from './contract.ts';
import { sizesFor } from './sizes.ts';

/** Reads how the database is used and writes the configuration of a PgBouncer that fits it. */
export async function planConfiguration(ctx: Ctx, params: Params): Promise<Draft<never>> {
  const { database } = ctx.incident;
  const present = ctx.ports.poolers.names(database);
  if (present.length > 0)
    return {
      ...readingPlan({ summary: 'Make no configuration.', commands: [], warnings: [] }),
      nothingToDo: `PgBouncer ${present.join(', ')} is in front of ${database} already; the audits look at its sizes.`,
    };
  const sizes = await readSizes(ctx, params);
  const [namespace = 'default'] = ctx.ports.workloads.namespaces;
  const busiest = sizes.roles.reduce((sum, role) => sum + role.busiest, 0);
  const file = configurationText(sizes, params);
  const manifests = manifestsFor(sizes, params, namespace);
  return {
    ...readingPlan({
      summary: `Make the configuration of a PgBouncer for ${formatCount(sizes.roles.length, 'role')} of ${sizes.database}.`,
      warnings: [
        `The passwords are yours to add: kubectl -n ${namespace} create secret generic pgbouncer-users --from-file=userlist.txt`,
        'Transaction mode: session variables, LISTEN, advisory locks of a session and temporary tables do not work through it.',
        ...(busiest > sizes.servers
          ? [
              `${busiest} connections were busy at once, more than the ${sizes.servers} it would open: clients would wait.`,
            ]
          : []),
        'Start it beside the present way, point one service at it, look at the audits, then the others.',
      ],
      commands: [
        { label: 'pgbouncer.ini', language: 'text', text: file, patch: null },
        ...manifests.map(({ kind, text }) => ({
          label: `Kubernetes: ${kind} ${namespace}/pgbouncer`,
          language: 'text' as const,
          text,
          patch: { text, undo: null },
        })),
      ],
    }),
    impact: 'None: nothing is started or changed. It is a text for you to deploy.',
    undo: onlyReads.impossible,
  };
}

/** Throws `database-error` when there are more roles than connections. */
export async function readSizes(ctx: Ctx, params: Params): Promise<Sizes> {
  const { database } = ctx.incident;
  const { databases } = ctx.ports;
  const readout = await databases.serverReadout(database, 'primary', ctx.signal);
  const now = await databases.snapshot(database, 'primary', ctx.signal);
  const sizes = sizesFor(
    {
      readout,
      now,
      before: databases.history(database, 'primary'),
      protectedRoles: ctx.guard.protectedRoles,
      demand: await demandOf(ctx),
      host: ctx.setup.hosts.primary.at(-1) ?? '<primary>',
    },
    params,
  );
  if (sizes !== null) return sizes;
  throw new FirebreakError(
    'database-error',
    'There are more roles than connections that PgBouncer may open, so no sizes fit.',
    { hint: 'Raise share or max_connections.' },
  );
}

/** Most connections that the pods of the services ask for, by their variables; null when none says so. */
async function demandOf({ ports, signal }: Ctx): Promise<number | null> {
  if (ports.workloads.namespaces.length === 0) return null;
  try {
    const { services } = await ports.workloads.guardrails(signal);
    const asked = services
      .flatMap(({ items }) => items ?? [])
      .flatMap(({ mostReplicas, containers }) =>
        containers.flatMap(({ pool }) => (pool === null ? [] : [pool.size * mostReplicas])),
      );
    return asked.length === 0 ? null : asked.reduce((sum, one) => sum + one, 0);
  } catch {
    signal.throwIfAborted();
    return null;
  }
}
