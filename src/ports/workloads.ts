import type { ClusterFacts, CronJob, Job, WorkloadRef } from '../domain/cluster.ts';

/** A merge of fields into a CronJob's spec; only these fields are ever changed. */
export interface CronJobChange {
  readonly suspend?: boolean;
  readonly schedule?: string;
  readonly timeZone?: string | null;
  readonly startingDeadlineSeconds?: number | null;
}

/**
 * The Kubernetes cluster. Throws FirebreakError: `kubernetes-unreachable`, `kubernetes-permission`,
 * `kubernetes-conflict` (changed meanwhile), `kubernetes-not-found`, `kubernetes-error`.
 */
export interface Workloads {
  /** Namespaces that the configuration names. */
  readonly namespaces: readonly string[];
  /** Whether the API answers a small question. */
  answers(signal: AbortSignal): Promise<boolean>;
  /** Pods of these IPs with their owners, and the CronJobs and Jobs of the configured namespaces. Missing rights become gaps, not errors. */
  facts(ips: readonly string[], signal: AbortSignal): Promise<ClusterFacts>;
  /** The CronJob, or null when it does not exist (any more, under this uid). */
  cronJob(ref: WorkloadRef, signal: AbortSignal): Promise<CronJob | null>;
  /** Unfinished Jobs that the CronJob owns. */
  unfinishedJobs(ref: WorkloadRef, signal: AbortSignal): Promise<Job[]>;
  /** The exact patch request, for people to read. */
  patchText(ref: WorkloadRef, change: CronJobChange): string;
  /** Changes the CronJob if uid and resourceVersion still match; asks the server first with dryRun when told. */
  changeCronJob(
    cronJob: CronJob,
    change: CronJobChange,
    options: { dryRun: boolean },
    signal: AbortSignal,
  ): Promise<CronJob>;
  suspendJob(job: Job, suspend: boolean, signal: AbortSignal): Promise<Job>;
  /** Deletes the Job and its pods (propagationPolicy Background), guarded by uid. */
  deleteJob(job: Job, signal: AbortSignal): Promise<void>;
}
