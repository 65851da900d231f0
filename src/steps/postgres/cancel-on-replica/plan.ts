import { attribute } from '../../../diagnosis/attribution.ts';
import { conflictOf, type ReplicaView, replicaViews } from '../../../diagnosis/replicas.ts';
import { signalAge } from '../../../diagnosis/sessions.ts';
import { type Cause, isLikely, knownCulprit } from '../../../domain/cause.ts';
import { formatCount, formatDuration } from '../../../domain/format.ts';
import { protectionReason } from '../../../domain/protection.ts';
import { backendId, type Session } from '../../../domain/snapshot.ts';
import { draftOf, type Excluded } from '../../parts.ts';
import { describeSession, endable, labelOf } from '../../shared/ending/session-target.ts';
import { signalCommand } from '../../shared/ending/signal-command.ts';
import { sourceOf } from '../../shared/ending/source.ts';
import { armedWarnings } from '../../shared/ending/sources.ts';
import { type Findings, gatherFacts } from '../../shared/facts/gather-facts.ts';
import { serverNotes } from '../../shared/facts/server-notes.ts';
import type { Draft } from '../../step-kind.ts';
import type { Ctx, Identity, Params } from './contract.ts';

const KINDS = ['replay-conflict', 'replica-overloaded'];
/** Other sessions are offered, unselected, from this age on; seconds. */
const OLD = 30;
const MOST = 50;

/** Diagnoses afresh, takes the replica of the cause, and offers its root sessions there. */
export async function planCancel(ctx: Ctx, params: Params): Promise<Draft<Identity>> {
  const findings = await gatherFacts(ctx, { server: 'primary', replicas: true });
  const cause = findings.causes.find(
    (one) =>
      KINDS.includes(one.kind) && isLikely(one) && (params.replica === null || one.server === params.replica),
  );
  const view = replicaViews(findings.facts).find(({ status }) => status.replica === cause?.server);
  if (cause === undefined || view === undefined) return nothing(findings, [], null);
  return planFor(ctx, findings, { cause, view });
}

function planFor(
  ctx: Ctx,
  findings: Findings,
  { cause, view }: { cause: Cause; view: ReplicaView },
): Draft<Identity> {
  const { facts } = findings;
  const { replica } = view.status;
  const { targets, excluded } = offer(ctx, findings, { cause, view });
  const selected = targets.filter((target) => target.selected);
  const [example] = selected.length > 0 ? selected : targets;
  if (example === undefined) return nothing(findings, excluded, cause);
  const idle = selected.filter(({ identity }) => identity.first === 'terminate').length;
  return draftOf({
    summary: `Cancel the chosen ${targets.length === 1 ? 'session' : 'sessions'} on replica ${replica} of ${ctx.incident.database}, and terminate what does not end.`,
    impact:
      'Nothing on the primary is touched, and a standby has nothing to roll back. Their clients get an error: 57014 when cancelled, 57P01 when terminated.',
    undo: 'A cancelled query cannot be continued; its client has to run it again.',
    wontSolve: ['A client may send the same query to the replica again.'],
    warnings: [
      ...serverNotes(facts),
      ...armedWarnings(
        targets.map(({ identity }) => identity),
        facts.cluster,
      ),
      ...(idle > 0
        ? [
            `${formatCount(idle, 'session is', 'sessions are')} idle in a transaction: a cancel does nothing there, so it is terminated.`,
          ]
        : []),
      ...(selected.length === 0
        ? ['It is not known which of these sessions is in the way, so none is proposed.']
        : []),
      ...otherReplicas(findings, replica),
      ...facts.gaps.map((gap) => `Not read: ${gap}`),
    ],
    targets,
    excluded,
    commands: [signalCommand(ctx, example.identity, selected.length)].map((command) => ({
      ...command,
      label: `on replica ${replica}: ${command.label}`,
    })),
  });
}

function offer(
  ctx: Ctx,
  { facts }: Findings,
  { cause, view }: { cause: Cause; view: ReplicaView },
): Pick<Draft<Identity>, 'targets' | 'excluded'> {
  const roots = new Set(cause.rootSessions);
  const conflict = cause.kind === 'replay-conflict';
  const isRoot = (session: Session) => roots.has(backendId(session));
  const candidates = (view.snapshot?.sessions ?? [])
    .filter((session) => isRoot(session) || (conflict ? mayBlock(session) : isLong(session)))
    .sort((a, b) => Number(isRoot(b)) - Number(isRoot(a)) || signalAge(b) - signalAge(a) || a.pid - b.pid);
  const excluded: Excluded = [];
  const targets: Draft<Identity>['targets'] = [];
  for (const session of candidates.slice(0, MOST)) {
    const reason = protectionReason(session, ctx.guard, signalAge(session));
    if (reason !== null) {
      excluded.push({ id: backendId(session), label: labelOf(session), reason });
      continue;
    }
    const culprit = attribute(session, facts.cluster);
    const root = isRoot(session);
    targets.push({
      ...describeSession(session),
      why: root ? `Root session: ${cause.title}.` : whyOffered(session, conflict),
      owner: knownCulprit(culprit),
      selected: root,
      identity: {
        ...endable(session),
        source: sourceOf(culprit, facts.cluster),
        replica: view.status.replica,
        blocksReplay: conflict,
      },
    });
  }
  return { targets, excluded };
}

/** Only what holds a snapshot or a transaction can be in the way of replay. */
function mayBlock({ snapshotAge, transactionSeconds }: Session): boolean {
  return snapshotAge !== null || transactionSeconds !== null;
}

function isLong(session: Session): boolean {
  return session.state === 'active' && (session.stateSeconds ?? 0) >= OLD;
}

function whyOffered(session: Session, conflict: boolean): string {
  return conflict
    ? 'In a transaction too: it may be next in the way of replay, or not at all. Not proposed.'
    : `Active for ${formatDuration(session.stateSeconds ?? 0)}, but not at the root: not proposed.`;
}

function otherReplicas({ facts }: Findings, replica: string): string[] {
  return replicaViews(facts)
    .filter(({ status }) => status.replica !== replica && conflictOf(status) !== null)
    .map(({ status }) => `Replay on ${status.replica} is blocked too: go back to this step after this one.`);
}

function nothing({ facts, causes }: Findings, excluded: Excluded, cause: Cause | null): Draft<Identity> {
  const left =
    excluded.length === 0 ? '' : ` ${formatCount(excluded.length, 'session')} left alone on purpose.`;
  const gaps = facts.gaps.length === 0 ? '' : ` Not read: ${facts.gaps.join('; ')}.`;
  return draftOf({
    summary: 'Cancel what blocks replay or overloads a replica.',
    impact: 'None.',
    undo: 'Not needed: nothing is done.',
    excluded,
    nothingToDo: `No session on a replica can be cancelled: ${cause === null ? 'none blocks replay there, and none overloads it' : 'those at the root are protected or gone'}. Diagnosis: ${causes[0]?.title ?? 'none'}.${left}${gaps}`,
  });
}
