import { type Cause, type Culprit, culpritName } from '../../domain/cause.ts';
import { formatCount, formatDuration } from '../../domain/format.ts';
import { backendId, type PreparedTransaction, type Snapshot } from '../../domain/snapshot.ts';
import { attribute } from '../attribution.ts';
import type { CauseRule } from '../cause-rule.ts';
import { amplifierOf, directWaiters, readLockScene } from '../lock-scene.ts';
import { preparedBlockers, rollbackStatement } from '../prepared-blockers.ts';

/** A coordinator ends its prepared transactions within seconds; one older than this is orphaned. */
const ORPHANED = 300;

/** A transaction was prepared and never ended; it has no session, holds its locks, and survives a restart. */
export const rule: CauseRule = {
  kind: 'prepared-transaction',
  detect(facts, pressure) {
    const { snapshot } = facts;
    const scene = readLockScene(snapshot);
    const blockers = preparedBlockers(snapshot);
    if (blockers === null) return orphaned(snapshot);
    const { root, found, certain } = blockers;
    const amplifier = amplifierOf(scene, [root.pid]);
    const direct = directWaiters(scene, root).length;
    const helps = [
      ...(amplifier === null
        ? []
        : [
            `Cancel the schema change of ${culpritName(attribute(amplifier.sessions[0], facts.cluster))} that waits for it; ${formatCount(amplifier.behind.length, 'session')} behind it ${amplifier.behind.length === 1 ? 'goes' : 'go'} on.`,
          ]),
      ...howToEnd(found),
    ];
    const several = Math.max(root.waiters.length, scene.roots.length === 1 ? pressure.lockWaiting : 0);
    return {
      ...common(found, helps),
      title: `${formatCount(found.length, 'prepared transaction')} without a session ${found.length === 1 ? 'blocks' : 'block'} the others`,
      confidence: several < 3 ? 0.7 : 0.95,
      evidence: [
        `${formatCount(root.waiters.length, 'session')} of those looked at wait for a prepared transaction: ${direct} for it alone, ${root.waiters.length - direct} behind a schema change; ${pressure.lockWaiting} wait for locks in all.`,
        ...found.map(describePrepared),
      ],
      rootSessions: (direct > 0 ? [] : (amplifier?.sessions ?? [])).map(backendId),
      settles: certain
        ? []
        : [
            `Which of them it is: SELECT p.gid, p.owner, l.mode, l.relation::regclass FROM pg_locks l JOIN pg_prepared_xacts p ON l.virtualtransaction = (SELECT virtualtransaction FROM pg_locks i WHERE i.transactionid = p.transaction AND i.pid IS NULL) WHERE l.pid IS NULL;`,
          ],
    };
  },
};

/** Nobody waits, but it holds back vacuum and will block somebody. */
function orphaned({ prepared }: Snapshot): Cause | null {
  const old = prepared.filter(({ seconds }) => seconds >= ORPHANED);
  if (old.length === 0) return null;
  return {
    ...common(old, howToEnd(old)),
    title: `${formatCount(old.length, 'prepared transaction')} ${old.length === 1 ? 'was' : 'were'} never ended`,
    confidence: 0.3,
    evidence: ['Nobody waits for it now; it keeps vacuum from cleaning up.', ...old.map(describePrepared)],
    rootSessions: [],
    settles: [],
  };
}

function describePrepared({ gid, owner, database, seconds, relations }: PreparedTransaction): string {
  const tables = relations.length === 0 ? '' : `; it holds locks on ${relations.slice(0, 3).join(', ')}`;
  return `"${gid}" of role ${owner} in database ${database} was prepared ${formatDuration(seconds)} ago and never ended${tables}.`;
}

function howToEnd(found: readonly PreparedTransaction[]): string[] {
  return [
    'Ask the transaction manager that prepared it whether the others committed; then end it the same way.',
    ...found
      .slice(0, 2)
      .map(
        (one) =>
          `To give it up, as ${one.owner} or a superuser, in database ${one.database}: ${rollbackStatement(one)}`,
      ),
  ];
}

function common(found: readonly PreparedTransaction[], helps: string[]) {
  return {
    kind: 'prepared-transaction',
    culprit: ownerOf(found),
    helps,
    wontHelp: [
      'Killing sessions: no session holds these locks, and Firebreak may not end a transaction that is not its own.',
      'Restarting PostgreSQL: a prepared transaction survives it, with its locks.',
      'Waiting: no timeout ends it.',
    ],
  };
}

function ownerOf(found: readonly PreparedTransaction[]): Culprit | null {
  const owners = [...new Set(found.map(({ owner }) => owner))];
  const [name] = owners;
  if (name === undefined || owners.length > 1) return null;
  const text = `pg_prepared_xacts says that role "${name}" prepared it; the program behind the role is its transaction manager.`;
  return { kind: 'role', namespace: null, name, evidence: [{ strength: 'medium', text }] };
}
