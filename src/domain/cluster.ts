import { z } from 'zod';

/** Names one Kubernetes object; uid guards against a namesake made later. */
export const WorkloadRef = z.object({ namespace: z.string(), name: z.string(), uid: z.string() });
export type WorkloadRef = z.infer<typeof WorkloadRef>;

export const CronJob = z.object({
  ...WorkloadRef.shape,
  resourceVersion: z.string(),
  schedule: z.string(),
  timeZone: z.string().nullable(),
  suspended: z.boolean(),
  concurrencyPolicy: z.string(),
  startingDeadlineSeconds: z.number().nullable(),
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

/** What the cluster says about the client addresses of a snapshot. */
export const ClusterFacts = z.object({
  /** Running pods by IP: none, one, or several (host network). */
  podsByIp: z.record(z.string(), z.array(Pod)),
  cronJobs: z.array(CronJob),
  /** Unfinished Jobs of these CronJobs, and unowned unfinished Jobs. */
  jobs: z.array(Job),
  /** Why some of it is missing, in words; empty when everything was read. */
  gaps: z.array(z.string()),
});
export type ClusterFacts = z.infer<typeof ClusterFacts>;
