import type { Job } from '../../../domain/cluster.ts';
import { formatCount } from '../../../domain/format.ts';
import type { Choice, Command } from '../../../domain/plan.ts';
import { gatherFacts } from '../../gather-facts.ts';
import { gitopsWarning } from '../../gitops.ts';
import { jobRequest } from '../../job-requests.ts';
import type { Draft } from '../../step-kind.ts';
import { type Candidate, findCandidates } from './candidates.ts';
import { type Ctx, type Identity, JOBS, type Params } from './contract.ts';

/** A candidate with its unfinished Jobs, freshly read. */
interface Subject extends Candidate {
  readonly jobs: readonly Job[];
}

/** Finds the CronJobs behind the root sessions and says exactly what would be sent. */
export async function planSuspension(ctx: Ctx, params: Params): Promise<Draft<Identity>> {
  const findings = await gatherFacts(ctx, { server: 'primary', replicas: false });
  const { found, excluded, nobody } = findCandidates(ctx, params, findings);
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
      'Its next runs do not happen until it is resumed. Suspending does NOT stop the queries that already run in PostgreSQL: PostgreSQL goes on even when the pod is gone.',
    undo: 'kubernetes.resume-cronjob resumes it, guarded against a catch-up run.',
    warnings: open.flatMap(warningsFor),
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
  return `${found.map(({ cronJob }) => nameOf(cronJob)).join(', ')}: already suspended, without running Jobs.`;
}

export function liveJobs(jobs: readonly Job[]): Job[] {
  return jobs.filter((job) => !job.finished && !job.suspended);
}

function nameOf(cronJob: { namespace: string; name: string }): string {
  return `${cronJob.namespace}/${cronJob.name}`;
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
      { name: 'Suspended', value: cronJob.suspended ? 'yes' : 'no' },
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
      : [`${nameOf(cronJob)} is named by medium evidence only; tick it yourself if you agree.`]),
    ...(live.length > 1
      ? [`${nameOf(cronJob)} has ${live.length} unfinished Jobs: ${live.map(({ name }) => name).join(', ')}.`]
      : []),
    ...(asleep.length > 0 && cronJob.concurrencyPolicy === 'Forbid'
      ? [
          `Suspended Jobs (${asleep.map(({ name }) => name).join(', ')}) block ${nameOf(cronJob)} for good, because it forbids concurrency.`,
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
  const forbids = subjects.some(({ cronJob }) => cronJob.concurrencyPolicy === 'Forbid');
  return {
    id: JOBS,
    label: `What to do with ${formatCount(running.length, 'running Job')} (and any that starts meanwhile)`,
    options: [
      {
        value: 'delete',
        label: 'Delete them',
        consequence:
          'Their pods end and nothing retries. The Jobs and their logs are gone; their work starts again with the next run.',
      },
      {
        value: 'suspend',
        label: 'Suspend them',
        consequence: `Their pods end, the Jobs remain; resumed, they start from zero.${forbids ? ' This CronJob forbids concurrency: a suspended Job blocks all its later runs until it is resumed or deleted.' : ''}`,
      },
      {
        value: 'leave',
        label: 'Leave them running',
        consequence:
          'They go on loading the database, and start their queries again after a kill until their retries are used up.',
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
          label: `Suspend ${nameOf(cronJob)}`,
          language: 'text',
          text: ports.workloads.patchText(cronJob, { suspend: true }),
        },
      ];
  const live = answer === 'leave' ? [] : liveJobs(jobs);
  return [...patch, ...live.map((job) => jobRequest(job, answer === 'delete' ? 'delete' : 'suspend'))];
}
