import { type Cause, culpritName } from '../../domain/cause.ts';
import { formatBytes } from '../../domain/format.ts';
import { backendId, type Snapshot } from '../../domain/snapshot.ts';
import type { CauseRule } from '../cause-rule.ts';
import type { DiagnosisFacts } from '../facts.ts';
import { describeSlots, measurePressure } from '../pressure.ts';
import { bytesBehind, isPressed, type ReplicaView, replicaViews } from '../replicas.ts';
import { findRunaway, type Runaway } from '../runaway.ts';

/** What blocks replay is named before what merely slows the replica down. */
const MOST = 0.85;

/** Long statements load a standby while the primary is well: readers are slow, and replay may fall behind. */
export const rule: CauseRule = {
  kind: 'replica-overloaded',
  detect(facts, pressure) {
    if (isPressed(pressure)) return null;
    const found = replicaViews(facts).flatMap((view) => {
      const runaway = view.snapshot === null ? null : overload(facts, view.snapshot);
      return runaway === null || view.snapshot === null ? [] : [{ view, snapshot: view.snapshot, runaway }];
    });
    const [worst] = found.sort((a, b) => b.runaway.owner.load - a.runaway.owner.load);
    return worst === undefined ? null : causeOf(facts, worst);
  },
};

/** The runaway work on this server alone, or null when it is not overloaded. */
function overload(facts: DiagnosisFacts, snapshot: Snapshot): Runaway | null {
  const own: DiagnosisFacts = { ...facts, snapshot, cpu: null, history: [] };
  const pressure = measurePressure(own);
  return isPressed(pressure) ? findRunaway(own, pressure) : null;
}

function causeOf(
  facts: DiagnosisFacts,
  { view, snapshot, runaway }: { view: ReplicaView; snapshot: Snapshot; runaway: Runaway },
): Cause {
  const { culprit, sessions } = runaway.owner;
  const { replica } = view.status;
  const name = culpritName(culprit);
  return {
    kind: 'replica-overloaded',
    title: `Long queries of ${name} overload replica ${replica}; the primary is well`,
    confidence: Math.min(runaway.confidence, MOST),
    evidence: [
      ...runaway.evidence.map((text) => `On ${replica}: ${text}`),
      `On the primary: ${describeSlots(facts)}, nothing overloaded.`,
      `${replica} has ${formatBytes(bytesBehind(view))} to replay.`,
      ...(snapshot.cores === null
        ? [`How many cores ${replica} has is not configured (replicas: cores), so the load is a count.`]
        : []),
      ...culprit.evidence.map(({ text }) => text),
    ],
    rootSessions: sessions.map(backendId),
    server: replica,
    culprit,
    helps: [
      ...(culprit.kind === 'CronJob' || culprit.kind === 'Job'
        ? [`Suspend ${name}, so that nothing starts the queries again.`]
        : []),
      `Cancel these queries on replica ${replica}.`,
      `Tell the owner of ${name}; give such queries statement_timeout or a replica of their own.`,
    ],
    wontHelp: [
      'Killing anything on the primary: it is not loaded.',
      'Sending the readers to the primary: the load would move there.',
    ],
    settles: [],
  };
}
