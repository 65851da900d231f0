import { z } from 'zod';

/** Names one Kubernetes object; uid guards against a namesake made later. */
export const WorkloadRef = z.object({ namespace: z.string(), name: z.string(), uid: z.string() });
export type WorkloadRef = z.infer<typeof WorkloadRef>;

/** `analytics/report-generator`. */
export function nameOf({ namespace, name }: Pick<WorkloadRef, 'namespace' | 'name'>): string {
  return `${namespace}/${name}`;
}

export const CronJob = z.object({
  ...WorkloadRef.shape,
  resourceVersion: z.string(),
  schedule: z.string(),
  timeZone: z.string().nullable(),
  suspended: z.boolean(),
  concurrencyPolicy: z.string(),
  startingDeadlineSeconds: z.number().nullable(),
  /** Of the Jobs that it makes. */
  activeDeadlineSeconds: z.number().nullable(),
  backoffLimit: z.int(),
  /** ISO 8601. */
  lastScheduleTime: z.string().nullable(),
  createdAt: z.string().nullable(),
  /** GitOps tool that would revert a live change, with how it was recognised, or null. */
  gitops: z.object({ tool: z.enum(['Argo CD', 'Flux', 'Helm']), sign: z.string() }).nullable(),
});
export type CronJob = z.infer<typeof CronJob>;

export const Job = z.object({
  ...WorkloadRef.shape,
  resourceVersion: z.string(),
  cronJob: z.object({ name: z.string(), uid: z.string() }).nullable(),
  suspended: z.boolean(),
  /** True when it has a Complete or Failed condition. */
  finished: z.boolean(),
  active: z.int(),
  failed: z.int(),
  backoffLimit: z.int(),
  /** ISO 8601. */
  startTime: z.string().nullable(),
  /** When it completed, ISO 8601; null while it runs and when it failed. */
  completionTime: z.string().nullable(),
});
export type Job = z.infer<typeof Job>;

/** A running Pod and the chain of its controllers, nearest first. */
export const Pod = z.object({
  ...WorkloadRef.shape,
  ip: z.string(),
  hostNetwork: z.boolean(),
  phase: z.string(),
  startTime: z.string().nullable(),
  owners: z.array(z.object({ kind: z.string(), name: z.string(), uid: z.string() })),
});
export type Pod = z.infer<typeof Pod>;

/** A pod template that a Deployment has, or had and can go back to: one ReplicaSet. */
export const Revision = z.object({
  /** Of its ReplicaSet. */
  name: z.string(),
  uid: z.string(),
  /** Annotation deployment.kubernetes.io/revision; 0 when it has none. */
  number: z.int(),
  /** `container image`, in the order of the template, init containers last. */
  images: z.array(z.string()),
  /** Pods that it should have. */
  replicas: z.int(),
  /** When its ReplicaSet was made, ISO 8601; going back to an old revision does not change it. */
  createdAt: z.string().nullable(),
});
export type Revision = z.infer<typeof Revision>;

export const Deployment = z.object({
  ...WorkloadRef.shape,
  resourceVersion: z.string(),
  /** spec.replicas: how many pods it should have. */
  replicas: z.int(),
  ready: z.int(),
  paused: z.boolean(),
  /** Newest first; the first is the present one. Empty when the ReplicaSets could not be read. */
  revisions: z.array(Revision),
  /** When its newest rollout last made progress, ISO 8601; scaling does not change it. */
  rolledOutAt: z.string().nullable(),
  /** The HorizontalPodAutoscaler that sets its replicas, or null. */
  autoscaler: z.object({ name: z.string(), min: z.int(), max: z.int() }).nullable(),
  gitops: z.object({ tool: z.enum(['Argo CD', 'Flux', 'Helm']), sign: z.string() }).nullable(),
});
export type Deployment = z.infer<typeof Deployment>;

/** What the cluster says about the client addresses of a snapshot. */
export const ClusterFacts = z.object({
  /** Running pods by IP: none, one, or several (host network). */
  podsByIp: z.record(z.string(), z.array(Pod)),
  cronJobs: z.array(CronJob),
  /** Unfinished Jobs of these CronJobs, and unowned unfinished Jobs. */
  jobs: z.array(Job),
  deployments: z.array(Deployment),
  /** Why Deployments, their revisions or autoscalers are missing, in words. Nobody is blamed by them alone. */
  deploymentGaps: z.array(z.string()),
  /** Why some of it is missing, in words; empty when everything was read. */
  gaps: z.array(z.string()),
});
export type ClusterFacts = z.infer<typeof ClusterFacts>;

/** What is known of a cluster that was not read. */
export const noCluster: ClusterFacts = {
  podsByIp: {},
  cronJobs: [],
  jobs: [],
  deployments: [],
  deploymentGaps: [],
  gaps: [],
};
