import { randomUUID } from 'node:crypto';
import { createPlanner } from '../adapters/postgres/gate/planner.ts';
import type { Config } from '../config/config.ts';
import { createGate, type Gate, type GatedDatabase } from '../gate/gate.ts';
import { createIndexAdvisor } from '../gate/index-advisor.ts';
import type { Explanations } from '../ports/gate.ts';
import type { IndexAdvisor } from '../ports/index-advisor.ts';

/** The cost gate of a configuration; it connects only when it is asked. Without `explanations` it records nothing. */
export function openGate(
  config: Pick<Config, 'databases'>,
  explanations: Explanations | null,
  onUnrecorded: (error: unknown) => void,
): Gate {
  const newId = () => `x-${randomUUID()}`;
  return createGate({ databases: gatedDatabases(config), explanations, newId, onUnrecorded });
}

/** Who advises about indexes, where there is a gate role. */
export function openAdvisor(config: Pick<Config, 'databases'>): IndexAdvisor {
  return createIndexAdvisor(gatedDatabases(config));
}

function gatedDatabases({ databases }: Pick<Config, 'databases'>): Map<string, GatedDatabase> {
  return new Map(
    databases.flatMap(({ name, gate }): [string, GatedDatabase][] =>
      gate === undefined
        ? []
        : [
            [
              name,
              {
                planner: createPlanner({ database: name, url: gate.url }),
                policy: gate.policy,
                replica: gate.replica,
              },
            ],
          ],
    ),
  );
}
