import { ApiError, messageOf } from '../api-error.ts';
import { CronSchedule, isTimeZone, scheduleProblem } from '../cron-schedule.ts';
import { controllerOf, timestamp } from '../objects.ts';
import { CRON_JOBS, JOBS } from '../resources.ts';
import type { StoreEvent } from '../store.ts';
import { type CronJob, finishedCondition, isFinished, type Job } from '../workloads.ts';
import { type Cluster, type Controller, queueKey, splitKey } from './controller.ts';
import { jobOfSlot } from './cron-job-template.ts';
import { cleanHistory } from './job-history.ts';
import { WorkQueue } from './work-queue.ts';

const CRON_JOB_MANAGER = 'cronjob-controller';
/** The controller wakes this long after a slot, as the real one does. */
const AFTER_SLOT_MS = 100;

/**
 * Starts Jobs on schedule. A change of suspend or labels is looked at once, so resuming catches up on the latest missed
 * slot; a change of schedule or time zone is looked at only at its next slot (notes §2, traps 1 and 3).
 */
export function startCronJobController(cluster: Cluster): Controller {
  const queue = new WorkQueue(cluster.now, (key) => {
    const { namespace, name } = splitKey(key);
    const cronJob = cluster.store.get(CRON_JOBS, namespace, name) as CronJob | undefined;
    if (cronJob !== undefined) sync(cluster, cronJob, queue);
  });
  const unsubscribe = cluster.store.subscribe((event) => observe(event, cluster, queue));
  for (const cronJob of cluster.store.list(CRON_JOBS)) queue.add(queueKey(cronJob));
  return {
    stop() {
      unsubscribe();
      queue.stop();
    },
  };
}

function observe({ resource, object, previous, type }: StoreEvent, cluster: Cluster, queue: WorkQueue): void {
  if (resource === JOBS) {
    const owner = controllerOf(object);
    if (owner?.kind === 'CronJob') queue.add(`${object.metadata.namespace ?? ''}/${owner.name}`);
  }
  if (resource !== CRON_JOBS || type === 'DELETED') return;
  const [now, before] = [object as CronJob, previous as CronJob | undefined];
  const rescheduled =
    before !== undefined &&
    (before.spec.schedule !== now.spec.schedule || before.spec.timeZone !== now.spec.timeZone);
  if (!rescheduled) queue.add(queueKey(object));
  else wakeAtNextSlot(now, new CronSchedule(now.spec.schedule, now.spec.timeZone), cluster, queue);
}

function wakeAtNextSlot(cronJob: CronJob, schedule: CronSchedule, cluster: Cluster, queue: WorkQueue): void {
  const now = cluster.now();
  const next = schedule.next(now);
  if (next !== undefined) queue.add(queueKey(cronJob), next.getTime() - now.getTime() + AFTER_SLOT_MS);
}

function jobsOf(cluster: Cluster, cronJob: CronJob): Job[] {
  const jobs = cluster.store.list(JOBS, cronJob.metadata.namespace) as Job[];
  return jobs.filter((job) => controllerOf(job)?.uid === cronJob.metadata.uid);
}

function sync(cluster: Cluster, cronJob: CronJob, queue: WorkQueue): void {
  const jobs = jobsOf(cluster, cronJob);
  const current = settleActive(cluster, cronJob, jobs);
  if (current === undefined || current.metadata.deletionTimestamp !== undefined) return;
  cleanHistory(cluster, current, jobs);
  const { schedule: text, timeZone, suspend } = current.spec;
  if (suspend === true) return;
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    const message = `invalid timeZone: ${JSON.stringify(timeZone)}: unknown time zone ${timeZone}`;
    cluster.events.record(current, { type: 'Warning', reason: 'UnknownTimeZone', message });
    return;
  }
  if (scheduleProblem(text) !== undefined) return;
  const schedule = new CronSchedule(text, timeZone);
  wakeAtNextSlot(current, schedule, cluster, queue);
  const slot = dueSlot(cluster, current, schedule);
  if (slot !== undefined) startSlot(cluster, current, slot);
}

/** Takes finished and missing Jobs out of `status.active` and notes the latest success. */
function settleActive(cluster: Cluster, cronJob: CronJob, jobs: readonly Job[]): CronJob | undefined {
  const active = cronJob.status.active ?? [];
  const byUid = new Map(jobs.map((job) => [job.metadata.uid, job]));
  for (const { uid, name } of active) {
    const job = byUid.get(uid);
    const condition = job && finishedCondition(job);
    if (job === undefined) {
      cluster.events.record(cronJob, { reason: 'MissingJob', message: `Active job went missing: ${name}` });
    } else if (condition !== undefined) {
      const message = `Saw completed job: ${name}, condition: ${condition.type}`;
      cluster.events.record(cronJob, { reason: 'SawCompletedJob', message });
    }
  }
  const still = active.filter(({ uid }) => {
    const job = byUid.get(uid);
    return job !== undefined && !isFinished(job);
  });
  const successes = jobs
    .filter((job) => finishedCondition(job)?.type === 'Complete')
    .flatMap(({ status }) => status.completionTime ?? []);
  return cluster.registry.mutate(CRON_JOBS, cronJob, CRON_JOB_MANAGER, ({ status }) => {
    status.active = still.length === 0 ? undefined : still;
    status.lastSuccessfulTime = [...successes, status.lastSuccessfulTime ?? []].flat().sort().at(-1);
  });
}

/** The latest slot that was missed since the last start, or since creation; undefined when none is or it is too late. */
function dueSlot(cluster: Cluster, cronJob: CronJob, schedule: CronSchedule): Date | undefined {
  const now = cluster.now();
  const { startingDeadlineSeconds: deadline } = cronJob.spec;
  const { lastScheduleTime } = cronJob.status;
  const since = Date.parse(lastScheduleTime ?? cronJob.metadata.creationTimestamp);
  const earliest = deadline === undefined ? since : Math.max(since, now.getTime() - deadline * 1000);
  const { slot, tooMany } = schedule.latest(new Date(earliest), now);
  if (tooMany) {
    const message =
      'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew';
    cluster.events.record(cronJob, { type: 'Warning', reason: 'TooManyMissedTimes', message });
  }
  return slot;
}

function startSlot(cluster: Cluster, cronJob: CronJob, slot: Date): void {
  const job = jobOfSlot(cronJob, slot);
  const name = String(job.metadata.name);
  const { active = [], lastScheduleTime } = cronJob.status;
  if (active.some((reference) => reference.name === name) || lastScheduleTime === timestamp(slot)) return;
  if (cronJob.spec.concurrencyPolicy === 'Forbid' && active.length > 0) {
    const message = 'Not starting job because prior execution is running and concurrency policy is Forbid';
    cluster.events.record(cronJob, { reason: 'JobAlreadyActive', message });
    return;
  }
  if (cronJob.spec.concurrencyPolicy === 'Replace') replaceActive(cluster, cronJob);
  try {
    const created = cluster.registry.create(JOBS, cronJob.metadata.namespace, job, {
      manager: CRON_JOB_MANAGER,
    });
    cluster.events.record(cronJob, { reason: 'SuccessfulCreate', message: `Created job ${name}` });
    rememberStart(cluster, cronJob, created as Job, slot);
  } catch (error) {
    if (error instanceof ApiError && error.reason === 'AlreadyExists') {
      rememberSlot(cluster, cronJob, slot);
      return;
    }
    const message = `Error creating job: ${messageOf(error)}`;
    cluster.events.record(cronJob, { type: 'Warning', reason: 'FailedCreate', message });
  }
}

function replaceActive(cluster: Cluster, cronJob: CronJob): void {
  for (const { name, uid } of cronJob.status.active ?? []) {
    const job = cluster.store.get(JOBS, cronJob.metadata.namespace, name);
    if (job?.metadata.uid !== uid) continue;
    cluster.delete(JOBS, job, { propagationPolicy: 'Background' });
    cluster.events.record(cronJob, { reason: 'SuccessfulDelete', message: `Deleted job ${name}` });
  }
  cluster.registry.mutate(CRON_JOBS, cronJob, CRON_JOB_MANAGER, ({ status }) => {
    status.active = undefined;
  });
}

function rememberStart(cluster: Cluster, cronJob: CronJob, job: Job, slot: Date): void {
  const { name, namespace = '', uid, resourceVersion } = job.metadata;
  cluster.registry.mutate(CRON_JOBS, cronJob, CRON_JOB_MANAGER, ({ status }) => {
    const reference = { apiVersion: 'batch/v1', kind: 'Job', name, namespace, uid, resourceVersion };
    status.active = [...(status.active ?? []), reference];
    status.lastScheduleTime = timestamp(slot);
  });
}

function rememberSlot(cluster: Cluster, cronJob: CronJob, slot: Date): void {
  cluster.registry.mutate(CRON_JOBS, cronJob, CRON_JOB_MANAGER, ({ status }) => {
    status.lastScheduleTime = timestamp(slot);
  });
}
