import { fasterVacuum } from '../../../diagnosis/causes/anti-wraparound-vacuum.ts';
import { preparedBlockers, rollbackStatement } from '../../../diagnosis/prepared-blockers.ts';
import type { Cause } from '../../../domain/cause.ts';
import type { Command } from '../../../domain/plan.ts';
import type { Snapshot } from '../../../domain/snapshot.ts';

/** Statements that Firebreak may not run: they need the owner of a prepared transaction, or a superuser. */
export function commandsForOwner(snapshot: Snapshot, causes: readonly Cause[]): Command[] {
  const kinds = new Set(causes.map(({ kind }) => kind));
  return [
    ...(kinds.has('prepared-transaction') ? forPrepared(snapshot) : []),
    ...(kinds.has('anti-wraparound-vacuum') ? forVacuum() : []),
  ];
}

function forPrepared(snapshot: Snapshot): Command[] {
  return (preparedBlockers(snapshot)?.found ?? []).map((one) => ({
    label: `Not run by Firebreak: to give up "${one.gid}", as ${one.owner} or a superuser, in database ${one.database}`,
    language: 'sql',
    text: rollbackStatement(one),
  }));
}

function forVacuum(): Command[] {
  return [
    {
      label: 'Not run by Firebreak: how far the vacuum is',
      language: 'sql',
      text: 'SELECT relid::regclass, phase, heap_blks_scanned, heap_blks_total FROM pg_stat_progress_vacuum;',
    },
    {
      label: 'Not run by Firebreak: let autovacuum go on without a rest, as a superuser; reset it afterwards',
      language: 'sql',
      text: fasterVacuum,
    },
  ];
}
