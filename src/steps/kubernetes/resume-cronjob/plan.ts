import { type CronJob, nameOf } from '../../../domain/cluster.ts';
import { formatCount, formatDuration } from '../../../domain/format.ts';
import type { Choice, Command } from '../../../domain/plan.ts';
import { type SuspendedCronJob, Suspension, SuspensionTarget } from '../../../domain/suspension.ts';
import { type Excluded, reasonsOf } from '../../parts.ts';
import { lastSlot, nextSlot, slotsBetween, slotText } from '../../shared/cronjob/schedule.ts';
import { gitopsWarning } from '../../shared/kubernetes/gitops.ts';
import { compactBody, jobRequest } from '../../shared/kubernetes/request-text.ts';
import type { Draft, EarlierStep } from '../../step-kind.ts';
import { type Ctx, HOW, type Identity, JOBS, type Params, type Settings, windowChoice } from './contract.ts';
import { changeTo, settingsFor } from './settings.ts';

/** Missed slots are counted up to here. */
const COUNT_LIMIT = 100;

interface Subject {
  readonly cronJob: CronJob;
  readonly identity: Identity;
  readonly suspendedAt: Date;
}

/** Offers to reschedule, resume or keep what this run suspended, and says what each would start. */
export async function planResumption(ctx: Ctx, params: Params): Promise<Draft<Identity>> {
  const excluded: Excluded = [];
  const subjects: Subject[] = [];
  const suspended = suspendedByThisRun(ctx);
  for (const record of suspended) {
    const subject = await readSubject(ctx, params, record);
    if (typeof subject !== 'string') subjects.push(subject);
    else excluded.push({ label: nameOf(record), reason: subject });
  }
  const now = ctx.clock.now();
  return {
    summary: `Start CronJob ${subjects.map(({ cronJob }) => nameOf(cronJob)).join(', ') || '(none)'} again, off-peak, without a run at once.`,
    impact: 'Its next run loads the database again, at the time that is shown.',
    undo: 'Suspend it again: go back to that step. The former schedule is in the journal.',
    wontSolve: ['What made its query expensive is not repaired by that.'],
    warnings: subjects.flatMap((subject) => [
      ...gitopsWarning(subject.cronJob),
      ...[catchUpWarning(subject, now)].filter((warning) => warning !== null),
    ]),
    targets: subjects.map((subject) => targetOf(subject, now)),
    excluded,
    choices: subjects.length === 0 ? [] : choicesFor(subjects, now),
    commands: subjects.flatMap((subject) => commandsFor(ctx, subject)),
    nothingToDo: subjects.length > 0 ? null : nothingToDo(suspended.length, excluded),
  };
}

function nothingToDo(suspended: number, excluded: Excluded): string {
  if (suspended === 0) return 'This run suspended no CronJob, so there is none to resume.';
  return reasonsOf(excluded);
}

/**
 * What the steps of this run suspended and had not been suspended before. A repeated step found the CronJob suspended
 * already but may have suspended more Jobs, so the Jobs of all its records belong together.
 */
function suspendedByThisRun({ earlier }: Ctx): SuspendedCronJob[] {
  const records = earlier
    .filter(({ kind }) => kind === 'kubernetes.suspend-cronjob')
    .flatMap((step) => Suspension.safeParse(step.outcome?.data).data?.cronJobs ?? perhapsSuspended(step));
  const ours = new Map(
    records.filter(({ previousSuspend }) => !previousSuspend).map((record) => [record.uid, record]),
  );
  return [...ours.values()].map((record) => ({
    ...record,
    jobs: records.filter(({ uid }) => uid === record.uid).flatMap(({ jobs }) => jobs),
  }));
}

/** A suspension that was begun and whose end nobody recorded may have taken place. */
function perhapsSuspended({ begunAt, plan, selection }: EarlierStep): SuspendedCronJob[] {
  if (begunAt === null) return [];
  return plan.targets
    .filter(({ id }) => selection.targets.includes(id))
    .flatMap(({ identity }) => SuspensionTarget.safeParse(identity).data ?? [])
    .map(({ ref, ...before }) => ({ ...ref, ...before, suspendedAt: begunAt, jobs: [], uncertain: true }));
}

async function readSubject(ctx: Ctx, params: Params, record: SuspendedCronJob): Promise<Subject | string> {
  const cronJob = await ctx.ports.workloads.cronJob(record, ctx.signal);
  if (cronJob === null) return 'It does not exist any more.';
  const unfinished = await ctx.ports.workloads.unfinishedJobs(record, ctx.signal);
  const ours = new Set(record.jobs.filter(({ action }) => action === 'suspended').map(({ uid }) => uid));
  const jobs = unfinished
    .filter((job) => job.suspended && ours.has(job.uid))
    .map(({ name, uid }) => ({ name, uid }));
  if (!cronJob.suspended && jobs.length === 0)
    return 'It is not suspended any more; somebody or a GitOps tool resumed it.';
  const { namespace, name, uid } = record;
  const identity: Identity = {
    ref: { namespace, name, uid },
    suspended: cronJob.suspended,
    ...settingsFor(cronJob, params, ctx.clock.now()),
    jobs,
  };
  return { cronJob, identity, suspendedAt: new Date(record.suspendedAt) };
}

function missedSlots({ cronJob, suspendedAt }: Subject, now: Date): string {
  const count = slotsBetween(cronJob, suspendedAt, now, COUNT_LIMIT + 1).length;
  return count > COUNT_LIMIT ? `more than ${COUNT_LIMIT} slots` : formatCount(count, 'slot');
}

/** Null when no slot was missed: then resuming starts nothing at once in any case. */
function catchUpWarning(subject: Subject, now: Date): string | null {
  const { cronJob } = subject;
  const last = lastSlot(cronJob, now);
  const missed = missedSlots(subject, now);
  if (last === null || last <= subject.suspendedAt) {
    return null;
  }
  return `${nameOf(cronJob)} missed ${missed}. Resumed by hand without startingDeadlineSeconds, it would at once start the run of ${slotText(last, cronJob)}. Every option here avoids that.`;
}

function targetOf(subject: Subject, now: Date): Draft<Identity>['targets'][number] {
  const { cronJob, identity, suspendedAt } = subject;
  return {
    id: cronJob.uid,
    label: nameOf(cronJob),
    why: `This run suspended it ${formatDuration((now.getTime() - suspendedAt.getTime()) / 1000)} ago.`,
    owner: `CronJob ${nameOf(cronJob)}`,
    facts: [
      { name: 'Schedule', value: settingsText(identity.before) },
      { name: 'Missed', value: missedSlots(subject, now) },
      { name: 'Concurrency', value: cronJob.concurrencyPolicy },
      ...identity.jobs.map(({ name }) => ({ name: `Job ${name}`, value: 'suspended by this run' })),
    ],
    sql: null,
    selected: true,
    identity,
  };
}

function settingsText({ schedule, timeZone, deadlineSeconds }: Settings): string {
  const deadline =
    deadlineSeconds === null ? 'no starting deadline' : `starting deadline ${deadlineSeconds} s`;
  return `${schedule} (${timeZone ?? 'zone of the cluster, taken as UTC'}), ${deadline}`;
}

function choicesFor(subjects: readonly Subject[], now: Date): Choice[] {
  const next = (pick: (identity: Identity) => Settings) =>
    subjects
      .map(({ identity }) => {
        const settings = pick(identity);
        const slot = nextSlot(settings, now);
        const of = subjects.length === 1 ? '' : ` of ${nameOf(identity.ref)}`;
        return `Next run${of}: ${slot === null ? 'never' : slotText(slot, settings)}`;
      })
      .join('; ');
  const how: Choice = {
    id: HOW,
    label: 'How to go on:',
    options: [
      {
        value: 'reschedule',
        label: `Reschedule to ${subjects[0]?.identity.reschedule.schedule ?? 'off-peak'}`,
        consequence: `Nothing starts now. ${next(({ reschedule }) => reschedule)}.`,
      },
      ...(subjects[0]?.identity.windows ?? []).map(({ name, settings }) => ({
        value: windowChoice(name),
        label: `Reschedule to the window “${name}” (${settings.schedule})`.slice(0, 75),
        consequence: `Nothing starts now. ${next((identity) => identity.windows.find((one) => one.name === name)?.settings ?? settings)}.`,
      })),
      {
        value: 'resume',
        label: 'Resume on the present schedule',
        consequence: `Nothing starts now. ${next(({ resume }) => resume)}, same load.`,
      },
      {
        value: 'keep',
        label: 'Keep it suspended',
        consequence: 'It never runs until somebody resumes it: write down who and when.',
      },
    ],
    default: 'reschedule',
  };
  return [how, ...jobsChoice(subjects)];
}

function jobsChoice(subjects: readonly Subject[]): Choice[] {
  const jobs = subjects.flatMap(({ identity }) => identity.jobs);
  if (jobs.length === 0) return [];
  const them = jobs.length === 1 ? 'it' : 'them';
  return [
    {
      id: JOBS,
      label: `${formatCount(jobs.length, 'Job')} that this run suspended:`,
      options: [
        {
          value: 'delete',
          label: `Delete ${them}`,
          consequence: 'The next scheduled run does the work; nothing is in its way.',
        },
        {
          value: 'resume',
          label: `Resume ${them} now`,
          consequence: 'The work starts at once, from zero, and loads the database now.',
        },
        {
          value: 'leave',
          label: `Leave ${them} suspended`,
          consequence: 'If the CronJob forbids concurrency, it starts no run meanwhile.',
        },
      ],
      default: 'delete',
    },
  ];
}

function commandsFor({ ports }: Ctx, { cronJob, identity }: Subject): Command[] {
  const patch = (label: string, wanted: Settings): Command => ({
    label: `${label} ${nameOf(cronJob)}`,
    language: 'text',
    text: compactBody(ports.workloads.patchText(cronJob, changeTo(wanted, identity.before))),
  });
  const jobs = identity.jobs.map((job) => jobRequest({ ...job, namespace: cronJob.namespace }, 'delete'));
  return [
    patch('If rescheduled: CronJob', identity.reschedule),
    ...identity.windows.map(({ name, settings }) => patch(`If in the window ${name}: CronJob`, settings)),
    patch('If resumed: CronJob', identity.resume),
    ...jobs.map((command) => ({ ...command, label: `If deleted: ${command.label}` })),
  ];
}
