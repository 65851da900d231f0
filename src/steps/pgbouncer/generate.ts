import { z } from 'zod';
import { outcomeOf, verdictOf } from '../parts.ts';
import { onlyReads } from '../read-only.ts';
import { defineStep } from '../step-kind.ts';
import { Params, Sizes } from './generate/contract.ts';
import { planConfiguration, readSizes } from './generate/plan.ts';

/** Writes the configuration of a PgBouncer that fits how the database is used. It starts none. */
export const step = defineStep({
  kind: 'pgbouncer.generate',
  title: 'Make the configuration of a PgBouncer',
  description:
    'Writes pgbouncer.ini and Kubernetes manifests (ConfigMap, Deployment, Service) from the connections of each role now and in what is remembered, what the server has, and what the pods of the services may ask for. It starts and changes nothing.',
  needs: ['databases', 'poolers', 'workloads'],
  actionClass: 'observe',
  params: Params,
  target: z.never(),
  data: Sizes,
  undo: onlyReads,
  plan: planConfiguration,
  async execute(ctx, { params }) {
    const sizes = await readSizes(ctx, params);
    const { roles, slots, servers, clients } = sizes;
    return outcomeOf({
      summary: `A PgBouncer for ${roles.length} roles: at most ${servers} of ${slots} connections, ${clients} clients. The files are in the plan.`,
      facts: [
        { name: 'max_db_connections', value: `${servers} of ${slots}` },
        { name: 'max_client_conn', value: String(clients) },
      ],
      table: {
        columns: ['Role', 'Connections now', 'Busiest', 'At most'],
        rows: roles.map(({ role, connections, busiest, most }) => [
          role,
          String(connections),
          String(busiest),
          String(most),
        ]),
      },
      data: sizes,
    });
  },
  async verify() {
    return verdictOf('passed', 'Nothing was changed.');
  },
});
