import type { GatePolicy } from '../domain/gate.ts';
import type { IndexAdvisor } from '../ports/index-advisor.ts';
import { createGate, type GatedDatabase } from './gate.ts';

/** A scan of fewer rows is quick without an index. */
const LARGE_ROWS = 10_000;

/** Asks the cost gate for its advice about indexes; nothing is recorded, and no policy of the gate hides a scan. */
export function createIndexAdvisor(databases: ReadonlyMap<string, GatedDatabase>): IndexAdvisor {
  const gate = createGate({
    databases: new Map(
      [...databases].map(([name, gated]) => [name, { ...gated, policy: curious(gated.policy) }]),
    ),
    explanations: null,
    newId: () => '',
    onUnrecorded: () => {},
  });
  return {
    knows: (database) => databases.has(database),
    async advise(database, sql, signal) {
      const { indexes } = await gate.explain(database, { sql, place: 'primary' }, signal);
      return indexes;
    },
  };
}

function curious(policy: GatePolicy): GatePolicy {
  return { ...policy, replicaAbove: { ...policy.replicaAbove, scanRows: LARGE_ROWS } };
}
