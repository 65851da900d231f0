import { attributionStrength } from '../../../diagnosis/attribution.ts';
import { groupByOwner } from '../../../diagnosis/owners.ts';
import { type Culprit, culpritName, isLikely } from '../../../domain/cause.ts';
import type { CronJob } from '../../../domain/cluster.ts';
import { formatShare } from '../../../domain/format.ts';
import { backendId } from '../../../domain/snapshot.ts';
import { Resumption } from '../../../domain/suspension.ts';
import { type Excluded, reasonsOf } from '../../parts.ts';
import type { Findings } from '../../shared/facts/gather-facts.ts';
import type { Ctx, Params } from './contract.ts';

/** A CronJob that may be suspended, and why. */
export interface Candidate {
  readonly cronJob: CronJob;
  readonly why: string;
  /** False when the evidence is good enough to show but not to propose. */
  readonly proposed: boolean;
}

/** Who was found, who was left alone, and why nobody was found. */
export interface Candidates {
  readonly found: readonly Candidate[];
  readonly excluded: Excluded;
  readonly nobody: string;
}

/** The CronJobs to suspend: the one that is named, else the owners of the root sessions, else what this run resumed. */
export function findCandidates(ctx: Ctx, params: Params, findings: Findings): Candidates {
  if (params.cronJob !== null) return namedCandidate(params.cronJob, findings);
  const blamed = blamedCandidates(findings);
  return blamed.found.length > 0 ? blamed : { ...blamed, found: resumedCandidates(ctx, findings) };
}

function namedCandidate(name: string, { facts }: Findings): Candidates {
  const cronJob = facts.cluster.cronJobs.find((item) => `${item.namespace}/${item.name}` === name);
  if (cronJob !== undefined) {
    return { found: [{ cronJob, why: 'The runbook names it.', proposed: true }], excluded: [], nobody: '' };
  }
  const gaps = facts.gaps.length === 0 ? '' : ` Not read: ${facts.gaps.join('; ')}.`;
  return {
    found: [],
    excluded: [],
    nobody: `CronJob ${name}, which the runbook names, was not found.${gaps}`,
  };
}

function blamedCandidates({ facts, causes }: Findings): Candidates {
  const [top] = causes;
  if (top === undefined || !isLikely(top) || top.rootSessions.length === 0) {
    const reason = top === undefined ? 'no cause' : `${top.title} (${formatShare(top.confidence)} sure)`;
    return {
      found: [],
      excluded: [],
      nobody:
        `No CronJob is to blame, so none is suspended. Diagnosis: ${reason}. ${top?.evidence[0] ?? ''}`.trim(),
    };
  }
  const { sessions: there } =
    facts.replicaSnapshots.find(({ server }) => server === top.server) ?? facts.snapshot;
  const roots = there.filter((session) => top.rootSessions.includes(backendId(session)));
  const owners = groupByOwner(roots, facts.cluster);
  const found: Candidate[] = [];
  const excluded: Excluded = [];
  for (const { culprit, sessions } of owners) {
    const cronJob = facts.cluster.cronJobs.find((item) => isNamed(item, culprit));
    const owns = ownsText(sessions.length, roots.length, culprit);
    const strength = attributionStrength(culprit);
    if (cronJob === undefined)
      excluded.push({ label: culpritName(culprit), reason: notSuspendable(culprit) });
    else if (strength === 'strong' || strength === 'medium') {
      found.push({ cronJob, why: owns, proposed: strength === 'strong' });
    } else excluded.push({ label: culpritName(culprit), reason: `The evidence is weak. ${owns}` });
  }
  const named = reasonsOf(excluded);
  const nobody = `No CronJob owns the root sessions, so none is suspended. Diagnosis: ${top.title}. ${named}`;
  return { found, excluded, nobody };
}

/** Who owns how much first, for a line of 75 characters; then what proves it. */
function ownsText(owned: number, all: number, culprit: Culprit): string {
  const many = owned === all ? `all ${owned}` : `${owned} of ${all}`;
  const sessions = all === 1 ? 'the root session' : `${many} root sessions`;
  return [`It owns ${sessions}.`, ...culprit.evidence.map(({ text }) => text)].join(' ');
}

function isNamed(cronJob: CronJob, culprit: Culprit): boolean {
  return (
    culprit.kind === 'CronJob' && cronJob.name === culprit.name && cronJob.namespace === culprit.namespace
  );
}

function notSuspendable(culprit: Culprit): string {
  if (culprit.kind === 'CronJob') return 'It could not be read from the cluster.';
  return `It is no CronJob. ${culprit.evidence[0]?.text ?? ''}`.trim();
}

/** As the undo of resuming: the CronJobs that the newest resuming step of this run started again. */
function resumedCandidates({ earlier }: Ctx, { facts }: Findings): Candidate[] {
  const resumed = earlier.findLast(
    ({ kind, outcome }) => kind === 'kubernetes.resume-cronjob' && outcome !== null,
  );
  const data = Resumption.safeParse(resumed?.outcome?.data);
  if (!data.success) return [];
  const uids = new Set(data.data.cronJobs.filter(({ action }) => action !== 'kept').map(({ uid }) => uid));
  return facts.cluster.cronJobs
    .filter(({ uid }) => uids.has(uid))
    .map((cronJob) => ({ cronJob, why: 'This run resumed it; suspending undoes that.', proposed: true }));
}
