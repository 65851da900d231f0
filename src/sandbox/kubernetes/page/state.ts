import { controllerOf, type KubeObject } from '../objects.ts';
import { CRON_JOBS, DEPLOYMENTS, EVENTS, JOBS, NAMESPACES, PODS } from '../resources.ts';
import type { ObjectStore } from '../store.ts';
import type { CronJob, Deployment, Job, Pod } from '../workloads.ts';

const SHOWN_EVENTS = 100;

/** What the page shows, as plain rows of text. */
export function pageState(store: ObjectStore): object {
  return {
    namespaces: store.list(NAMESPACES).map(({ metadata }) => metadata.name),
    deployments: (store.list(DEPLOYMENTS) as Deployment[]).map(deploymentRow),
    cronJobs: (store.list(CRON_JOBS) as CronJob[]).map(cronJobRow),
    jobs: (store.list(JOBS) as Job[]).map(jobRow),
    pods: (store.list(PODS) as Pod[]).map(podRow),
    events: store.list(EVENTS).map(eventRow).sort(latestFirst).slice(0, SHOWN_EVENTS),
  };
}

const nameOf = ({ metadata }: KubeObject) => ({ namespace: metadata.namespace ?? '', name: metadata.name });

const ownerOf = (object: KubeObject) => {
  const owner = controllerOf(object);
  return owner === undefined ? '' : `${owner.kind}/${owner.name}`;
};

function deploymentRow(deployment: Deployment): object {
  const { spec, status, metadata } = deployment;
  return {
    ...nameOf(deployment),
    replicas: spec.replicas,
    ready: status.readyReplicas ?? 0,
    revision: metadata.annotations?.['deployment.kubernetes.io/revision'] ?? '',
    images: spec.template.spec.containers.map(({ image }) => image ?? '').join(', '),
  };
}

function cronJobRow(cronJob: CronJob): object {
  const { spec, status } = cronJob;
  return {
    ...nameOf(cronJob),
    schedule: spec.timeZone === undefined ? spec.schedule : `${spec.schedule} (${spec.timeZone})`,
    suspended: spec.suspend === true,
    lastSchedule: status.lastScheduleTime ?? '',
    active: (status.active ?? []).map(({ name }) => name).join(', '),
  };
}

function jobRow(job: Job): object {
  const { succeeded = 0, failed = 0, active = 0, conditions = [] } = job.status;
  const state = conditions
    .filter(({ status }) => status === 'True')
    .map(({ type }) => type)
    .at(-1);
  return { ...nameOf(job), state: state ?? 'Running', active, succeeded, failed, owner: ownerOf(job) };
}

function podRow(pod: Pod): object {
  const { phase, podIP = '', containerStatuses = [] } = pod.status;
  const restarts = containerStatuses.reduce((sum, { restartCount }) => sum + restartCount, 0);
  const leaving = pod.metadata.deletionTimestamp !== undefined;
  return { ...nameOf(pod), phase: leaving ? 'Terminating' : phase, ip: podIP, restarts, owner: ownerOf(pod) };
}

function eventRow(event: KubeObject): { time: string; sequence: string } {
  const about = event.involvedObject as { kind: string; name: string };
  const { type, reason, message, count, lastTimestamp } = event;
  const row = { type, reason, message, count, object: `${about.kind}/${about.name}` };
  return { time: String(lastTimestamp), sequence: event.metadata.resourceVersion.padStart(12, '0'), ...row };
}

const latestFirst = (left: { sequence: string }, right: { sequence: string }) =>
  left.sequence < right.sequence ? 1 : -1;
