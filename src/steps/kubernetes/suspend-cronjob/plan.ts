import { type Job, nameOf } from '../../../domain/cluster.ts';
import { formatCount } from '../../../domain/format.ts';
import type { Choice, Command } from '../../../domain/plan.ts';
import { assertClusterWasRead } from '../../shared/facts/assert-cluster-was-read.ts';
import { gatherFacts } from '../../shared/facts/gather-facts.ts';
import { serverNotes } from '../../shared/facts/server-notes.ts';
import { gitopsWarning } from '../../shared/kubernetes/gitops.ts';
import { compactBody, jobRequest } from '../../shared/kubernetes/request-text.ts';
import type { Draft } from '../../step-kind.ts';
import { type Candidate, findCandidates } from './candidates.ts';
import { type Ctx, type Identity, JOBS, type Params } from './contract.ts';

/** A candidate with its unfinished Jobs, freshly read. */
interface Subject extends Candidate {
  readonly jobs: readonly Job[];
}

/** Finds the CronJobs behind the root sessions and says exactly what would be sent. */
export async function planSuspension(ctx: Ctx, params: Params): Promise<Draft<Identity>> {
  const findings = await gatherFacts(ctx, { server: 'primary', replicas: true });
  const { found, excluded, nobody } = findCandidates(ctx, params, findings);
  if (found.length === 0)
    assertClusterWasRead(ctx, findings, { who: 'a CronJob', byHand: 'suspend it by hand as below' });
  const subjects = await Promise.all(
    found.map(async (item) => ({
      ...item,
      jobs: await ctx.ports.workloads.unfinishedJobs(item.cronJob, ctx.signal),
    })),
  );
  const open = subjects.filter(({ cronJob, jobs }) => !cronJob.suspended || liveJobs(jobs).length > 0);
  const names = open.map(({ cronJob }) => nameOf(cronJob)).join(', ');
  const running = open.flatMap(({ jobs }) => liveJobs(jobs));
  const choice = running.length === 0 ? [] : [jobsChoice(params, open, running)];
  return {
    summary: `Suspend CronJob ${names || '(none)'}, so that it starts no new Jobs.`,
    impact:
      'No new runs until it is resumed. It does NOT stop the queries that run in PostgreSQL already; the kill step does.',
    undo: 'Resume it: a later step offers that, without a catch-up run.',
    wontSolve: [
      'The queries that run in PostgreSQL already go on.',
      'Its query stays as expensive as it is, and runs again once the CronJob is resumed.',
    ],
    warnings: [...serverNotes(findings.facts), ...open.flatMap(warningsFor)],
    targets: open.map(targetOf),
    excluded: [...excluded],
    choices: choice,
    commands: open.flatMap((subject) => commandsFor(ctx, subject, choice[0]?.default ?? 'leave')),
    nothingToDo: nothingToDo(found, open, nobody),
  };
}

function nothingToDo(found: readonly Candidate[], open: readonly Subject[], nobody: string): string | null {
  if (open.length > 0) return null;
  if (found.length === 0) return nobody;
  return `CronJob ${found.map(({ cronJob }) => nameOf(cronJob)).join(', ')} is already suspended and has no running Job.`;
}

export function liveJobs(jobs: readonly Job[]): Job[] {
  return jobs.filter((job) => !job.finished && !job.suspended);
}

function targetOf({ cronJob, jobs, why, proposed }: Subject): Draft<Identity>['targets'][number] {
  return {
    id: cronJob.uid,
    label: nameOf(cronJob),
    why,
    owner: `CronJob ${nameOf(cronJob)}`,
    facts: [
      { name: 'Schedule', value: `${cronJob.schedule} (${cronJob.timeZone ?? 'zone of the cluster'})` },
      { name: 'Concurrency', value: cronJob.concurrencyPolicy },
      { name: 'State', value: cronJob.suspended ? 'suspended already' : 'scheduled' },
      ...jobs.map((job) => ({ name: `Job ${job.name}`, value: describeJob(job) })),
    ],
    sql: null,
    selected: proposed,
    identity: {
      ref: { namespace: cronJob.namespace, name: cronJob.name, uid: cronJob.uid },
      previousSuspend: cronJob.suspended,
      schedule: cronJob.schedule,
      timeZone: cronJob.timeZone,
      jobs: jobs.map(({ name, uid, suspended }) => ({ name, uid, suspended })),
    },
  };
}

function describeJob(job: Job): string {
  if (job.suspended) return 'suspended';
  const retries = Math.max(0, job.backoffLimit - job.failed);
  return `${formatCount(job.active, 'running pod')}, ${formatCount(retries, 'retry', 'retries')} left`;
}

function warningsFor({ cronJob, jobs, proposed }: Subject): string[] {
  const asleep = jobs.filter((job) => job.suspended && !job.finished);
  const live = liveJobs(jobs);
  return [
    ...gitopsWarning(cronJob),
    ...(proposed
      ? []
      : [
          `${nameOf(cronJob)} is named by medium evidence only: read why, and tick it yourself if you agree.`,
        ]),
    ...(live.length > 1
      ? [`${nameOf(cronJob)} has ${live.length} unfinished Jobs: ${live.map(({ name }) => name).join(', ')}.`]
      : []),
    ...(asleep.length > 0 && cronJob.concurrencyPolicy === 'Forbid'
      ? [
          `Suspended Jobs (${asleep.map(({ name }) => name).join(', ')}) block all later runs of ${nameOf(cronJob)}, because it forbids concurrency. Delete or resume them later.`,
        ]
      : []),
  ];
}

/**
 * Where concurrency is forbidden, a suspended Job would block the CronJob for good (measured on v1.32.13), so
 * deleting is proposed; elsewhere suspending, which keeps the Job and needs only the right to patch. Either way the
 * pods are deleted and the work restarts from zero.
 */
function jobsChoice(params: Params, subjects: readonly Subject[], running: readonly Job[]): Choice {
  const them = running.length === 1 ? 'it' : 'them';
  const forbids = subjects.some(({ cronJob }) => cronJob.concurrencyPolicy === 'Forbid');
  return {
    id: JOBS,
    label: `${formatCount(running.length, 'running Job')}, and any that starts meanwhile:`,
    options: [
      {
        value: 'delete',
        label: `Delete ${them}`,
        consequence: 'Pods end, nothing retries. Logs are gone; work restarts with the next run.',
      },
      {
        value: 'suspend',
        label: `Suspend ${them}`,
        consequence: forbids
          ? 'Pods end, Jobs stay: they block all later runs until resumed or deleted.'
          : 'Pods end, the Jobs stay. Resumed, they start from zero.',
      },
      {
        value: 'leave',
        label: `Leave ${them} running`,
        consequence: `${running.length === 1 ? 'It goes' : 'They go'} on loading the database, with retries after a kill.`,
      },
    ],
    default: params.runningJobs === 'auto' ? (forbids ? 'delete' : 'suspend') : params.runningJobs,
  };
}

function commandsFor({ ports }: Ctx, { cronJob, jobs }: Subject, answer: string): Command[] {
  const patch: Command[] = cronJob.suspended
    ? []
    : [
        {
          label: `Suspend CronJob ${nameOf(cronJob)}`,
          language: 'text',
          text: compactBody(ports.workloads.patchText(cronJob, { suspend: true })),
        },
      ];
  const live = answer === 'leave' ? [] : liveJobs(jobs);
  return [...patch, ...live.map((job) => jobRequest(job, answer === 'delete' ? 'delete' : 'suspend'))];
}
