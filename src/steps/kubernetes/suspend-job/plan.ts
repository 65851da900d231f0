import { attributionStrength } from '../../../diagnosis/attribution.ts';
import { groupByOwner } from '../../../diagnosis/owners.ts';
import { culpritName, isLikely } from '../../../domain/cause.ts';
import { type Job, nameOf } from '../../../domain/cluster.ts';
import { formatCount, formatShare } from '../../../domain/format.ts';
import { backendId } from '../../../domain/snapshot.ts';
import { type Excluded, reasonsOf } from '../../parts.ts';
import { assertClusterWasRead } from '../../shared/facts/assert-cluster-was-read.ts';
import { type Findings, gatherFacts } from '../../shared/facts/gather-facts.ts';
import { serverNotes } from '../../shared/facts/server-notes.ts';
import { jobRequest } from '../../shared/kubernetes/request-text.ts';
import type { Draft } from '../../step-kind.ts';
import { type Ctx, HOW, type Identity, jobLabel, type Params } from './contract.ts';

interface Found {
  readonly job: Job;
  readonly why: string;
  readonly proposed: boolean;
}

/** Finds the bare Jobs behind the root sessions and says exactly what would be sent. */
export async function planJobs(ctx: Ctx, params: Params): Promise<Draft<Identity>> {
  const findings = await gatherFacts(ctx, { server: 'primary', replicas: false });
  const { found, excluded } = findJobs(findings);
  if (found.length === 0) assertClusterWasRead(ctx, findings, { who: 'a Job', byHand: 'stop it by hand' });
  const open = found.filter(({ job }) => !job.suspended);
  const names = open.map(({ job }) => jobLabel(job)).join(', ');
  return {
    summary: `Stop ${names || 'no Job'}, so that it retries nothing.`,
    impact:
      'Its pods end and its work is lost. It does NOT stop the queries that run in PostgreSQL already; the kill step does.',
    undo: 'Resume it by hand; it starts from zero, at once. A deleted Job has to be made anew.',
    wontSolve: [
      'The queries that run in PostgreSQL already go on.',
      'Its query stays as expensive as it is.',
    ],
    warnings: [
      ...serverNotes(findings.facts),
      ...open
        .filter(({ proposed }) => !proposed)
        .map(
          ({ job }) =>
            `${jobLabel(job)} is named by medium evidence only: read why, and tick it yourself if you agree.`,
        ),
    ],
    targets: open.map(targetOf),
    excluded,
    choices: open.length === 0 ? [] : [howChoice(params)],
    commands: open.map(({ job }) => jobRequest(job, params.how)),
    nothingToDo: nothingToDo(findings, found, open, excluded),
  };
}

function findJobs({ facts, causes: [top] }: Findings): {
  found: Found[];
  excluded: Excluded;
} {
  const found: Found[] = [];
  const excluded: Excluded = [];
  if (top === undefined || !isLikely(top)) return { found, excluded };
  const roots = facts.snapshot.sessions.filter((session) => top.rootSessions.includes(backendId(session)));
  for (const { culprit, sessions } of groupByOwner(roots, facts.cluster)) {
    const proof = culprit.evidence.map(({ text }) => text).join(' ');
    const job = facts.cluster.jobs.find(
      ({ name, namespace, finished, cronJob }) =>
        culprit.kind === 'Job' &&
        name === culprit.name &&
        namespace === culprit.namespace &&
        cronJob === null &&
        !finished,
    );
    const strength = attributionStrength(culprit);
    if (job === undefined) {
      const reason = culprit.kind === 'Job' ? 'It has finished, or could not be read.' : 'It is no bare Job.';
      excluded.push({ label: culpritName(culprit), reason });
    } else if (strength === 'weak' || strength === 'none') {
      excluded.push({ label: jobLabel(job), reason: `The evidence is weak. ${proof}` });
    } else {
      const owns = `It owns ${sessions.length} of ${formatCount(roots.length, 'root session')}. ${proof}`;
      found.push({ job, why: owns, proposed: strength === 'strong' });
    }
  }
  return { found, excluded };
}

function nothingToDo(
  { causes: [top] }: Findings,
  found: readonly Found[],
  open: readonly Found[],
  excluded: Excluded,
): string | null {
  if (open.length > 0) return null;
  if (found.length > 0) return `${found.map(({ job }) => jobLabel(job)).join(', ')} is already suspended.`;
  const diagnosis = top === undefined ? 'no cause' : `${top.title} (${formatShare(top.confidence)} sure)`;
  const named = reasonsOf(excluded);
  return `No bare Job owns the root sessions, so none is stopped. Diagnosis: ${diagnosis}. ${named}`.trim();
}

function targetOf({ job, why, proposed }: Found): Draft<Identity>['targets'][number] {
  const retries = Math.max(0, job.backoffLimit - job.failed);
  return {
    id: job.uid,
    label: nameOf(job).slice(0, 75),
    why,
    owner: jobLabel(job),
    facts: [
      { name: 'Pods', value: `${formatCount(job.active, 'running pod')}` },
      { name: 'Retries', value: `${retries} left` },
    ],
    sql: null,
    selected: proposed,
    identity: { ref: { namespace: job.namespace, name: job.name, uid: job.uid } },
  };
}

function howChoice(params: Params): Draft<Identity>['choices'][number] {
  return {
    id: HOW,
    label: 'How to stop it:',
    options: [
      {
        value: 'suspend',
        label: 'Suspend it',
        consequence: 'Pods end, the Job stays. Resumed, it starts from zero.',
      },
      {
        value: 'delete',
        label: 'Delete it',
        consequence: 'Pods and logs are gone. To run it again, it is made anew.',
      },
    ],
    default: params.how,
  };
}
