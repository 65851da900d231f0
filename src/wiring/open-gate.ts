import { randomUUID } from 'node:crypto';
import { createPlanner } from '../adapters/postgres/gate/planner.ts';
import type { Config } from '../config/config.ts';
import { createGate, type Gate, type GatedDatabase } from '../gate/gate.ts';
import type { Explanations } from '../ports/gate.ts';

/** The cost gate of a configuration; it connects only when it is asked. Without `explanations` it records nothing. */
export function openGate(
  config: Pick<Config, 'databases'>,
  explanations: Explanations | null,
  onUnrecorded: (error: unknown) => void,
): Gate {
  const databases = new Map<string, GatedDatabase>(
    config.databases.flatMap(({ name, gate }) =>
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
  return createGate({ databases, explanations, newId: () => `x-${randomUUID()}`, onUnrecorded });
}
