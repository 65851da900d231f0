import {
  bytesBehind,
  type ReplicaView,
  replicaViews,
  smallerParameters,
} from '../../../diagnosis/replicas.ts';
import { FirebreakError } from '../../../domain/errors.ts';
import { formatBytes, formatDuration } from '../../../domain/format.ts';
import { draftOf } from '../../parts.ts';
import { type Findings, gatherFacts } from '../../shared/facts/gather-facts.ts';
import { serverNotes } from '../../shared/facts/server-notes.ts';
import type { Draft } from '../../step-kind.ts';
import type { Ctx, Identity, Params } from './contract.ts';

/** Offers to resume replay where it is paused, unless resuming would promote the standby or shut it down. */
export async function planResume(ctx: Ctx, params: Params): Promise<Draft<Identity>> {
  const findings = await gatherFacts(ctx, { server: 'primary', replicas: true });
  const [view] = replicaViews(findings.facts)
    .filter(({ status }) => status.replayPaused)
    .filter(({ status }) => params.replica === null || status.replica === params.replica)
    .sort((a, b) => bytesBehind(b) - bytesBehind(a));
  const obstacle = view === undefined ? notPaused(findings, params) : whyNot(findings, view);
  const target = view === undefined || obstacle !== null ? null : targetOf(view);
  if (view !== undefined && target !== null && !view.status.mayResume)
    throw withoutRight(ctx, view, target.identity);
  const name = view?.status.replica ?? params.replica ?? 'a replica';
  return draftOf({
    summary: `Resume replay on replica ${name} of ${ctx.incident.database}.`,
    impact:
      view === undefined
        ? 'None.'
        : `It catches up with the primary${patience(view)}. The primary is not touched.`,
    undo: 'SELECT pg_wal_replay_pause() stops it again where it then is; what was replayed meanwhile cannot be taken back.',
    wontSolve: ['Why it was paused is not known to PostgreSQL; it can be paused again.'],
    warnings:
      view === undefined || target === null ? [] : [...serverNotes(findings.facts), ...warnings(view)],
    targets: target === null ? [] : [target],
    commands:
      target === null
        ? []
        : [
            {
              label: `pg_wal_replay_resume on replica ${name}, guarded by server and place in the log`,
              language: 'sql',
              text: ctx.ports.databases.resumeStatement(target.identity),
            },
          ],
    nothingToDo: obstacle,
  });
}

function notPaused({ facts, causes }: Findings, { replica }: Params): string {
  const gaps = facts.gaps.length === 0 ? '' : ` Not read: ${facts.gaps.join('; ')}.`;
  return `Replay is ${replica === null ? 'paused on no replica' : `not paused on ${replica}`}. Diagnosis: ${causes[0]?.title ?? 'none'}.${gaps}`;
}

/** Where resuming would do harm, it is left to people, with what they would have to do. */
function whyNot({ facts }: Findings, { status, snapshot }: ReplicaView): string | null {
  const { replica, recoveryTarget } = status;
  if (recoveryTarget !== null) {
    return `Replay on ${replica} must not be resumed by Firebreak: it stands at its recovery target (${recoveryTarget}), and resuming would end the recovery and make it a primary.`;
  }
  if (snapshot === null) {
    throw new FirebreakError('database-error', `The parameters of replica ${replica} could not be read.`, {
      hint: 'Without them it is not known whether resuming would shut it down. Try again.',
      retryable: true,
    });
  }
  const small = smallerParameters(facts.snapshot, snapshot);
  return small.length === 0
    ? null
    : `Replay on ${replica} must not be resumed: ${small.join('; ')}, so it would shut down. Raise them there and restart it instead.`;
}

function targetOf(view: ReplicaView): Draft<Identity>['targets'][number] {
  const { replica, startedAt, replayPosition, replaySeconds } = view.status;
  const bytes = bytesBehind(view);
  return {
    id: replica,
    label: `replica ${replica} · paused · ${formatBytes(bytes)} to replay`.slice(0, 75),
    why: 'Its replay is paused, and nothing that is written arrives there.',
    owner: null,
    facts: [
      {
        name: 'It shows the state of',
        value: replaySeconds === null || bytes === 0 ? 'now' : `${formatDuration(replaySeconds)} ago`,
      },
      { name: 'Place in the log', value: lsnText(replayPosition ?? 0) },
    ],
    sql: null,
    selected: true,
    identity: { replica, startedAt, replayPosition: replayPosition ?? 0 },
  };
}

function warnings(view: ReplicaView): string[] {
  const { replica, replaySeconds } = view.status;
  const since =
    replaySeconds === null || bytesBehind(view) === 0
      ? ''
      : ` It shows the state of ${formatDuration(replaySeconds)} ago.`;
  return [
    `PostgreSQL does not say who paused ${replica}, or why.${since} Ask before you resume: somebody may hold it on purpose, to copy data that was deleted on the primary, or for a backup.`,
    'What is replayed cannot be taken back: after this the standby has the deletions too.',
  ];
}

/** Catching up may cost readers their queries. */
function patience({ status: { patienceSeconds } }: ReplicaView): string {
  return patienceSeconds < 0
    ? ''
    : `; queries there that are in the way are cancelled after ${formatDuration(patienceSeconds)} (max_standby_streaming_delay)`;
}

function withoutRight(ctx: Ctx, { status }: ReplicaView, identity: Identity): FirebreakError {
  const { replica, role, connectedTo } = status;
  const grant = `GRANT EXECUTE ON FUNCTION pg_wal_replay_resume() TO "${role.replaceAll('"', '""')}";`;
  return new FirebreakError(
    'database-permission',
    `Replay on replica ${replica} is paused, and Firebreak's role ${role} may not resume it.`,
    {
      hint: 'Resume it by hand as below, once nobody needs the pause; then try again or skip the step. The GRANT is for the next time: it reaches the standby through replay, so only after that.',
      situation: {
        known: [{ name: 'Place in the log', value: lsnText(identity.replayPosition) }],
        next: [
          {
            label: `as a superuser on ${replica}: resume, if it is still this pause`,
            language: 'sql',
            text: ctx.ports.databases.resumeStatement(identity),
          },
          {
            label: `for the next time: as a superuser on the primary, in database ${connectedTo}`,
            language: 'sql',
            text: grant,
          },
        ],
      },
    },
  );
}

/** As PostgreSQL writes a place in its log, such as `16/B374D848`. */
function lsnText(position: number): string {
  const whole = BigInt(Math.trunc(position));
  const hex = (part: bigint) => part.toString(16).toUpperCase();
  return `${hex(whole >> 32n)}/${hex(whole & 0xffff_ffffn)}`;
}
