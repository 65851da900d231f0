import type { ClusterFacts, CronJob, Deployment, Job, Revision, WorkloadRef } from '../domain/cluster.ts';
import type { BatchWorkload, ClusterGuardrails } from '../domain/cluster-guardrails.ts';
import type { CronJobField } from '../domain/cronjob-change.ts';
import type { DatabaseRoute } from '../domain/database-route.ts';
import type { Bound, BoundRef, PodUse, StoredBound } from '../domain/namespace-bounds.ts';

/** A merge of fields into a CronJob's spec; only these fields are ever changed. */
export interface CronJobChange extends Readonly<Partial<Pick<CronJob, CronJobField>>> {
  readonly suspend?: boolean;
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
  /** Pods of these IPs with their owners, and the CronJobs, Jobs and Deployments of the configured namespaces. Missing rights become gaps, not errors. */
  facts(ips: readonly string[], signal: AbortSignal): Promise<ClusterFacts>;
  /** What bounds the workloads of the configured namespaces, for audits. A list that may not be read says so itself. */
  guardrails(signal: AbortSignal): Promise<ClusterGuardrails>;
  /** The CronJob, or null when it does not exist (any more, under this uid). */
  cronJob(ref: WorkloadRef, signal: AbortSignal): Promise<CronJob | null>;
  /** The CronJob with what bounds it and which databases it is told of, or null likewise. */
  batch(ref: WorkloadRef, signal: AbortSignal): Promise<BatchWorkload | null>;
  /** The exact request, for people to read; the value, which may hold a password, is left out. */
  routeText(route: DatabaseRoute): string;
  /**
   * Writes other hosts into a connection string of the CronJob if it still names the former ones; the rest of the value
   * stays and is never told. `kubernetes-conflict` when it names others by now. Asks the server first with dryRun when told.
   */
  routeCronJob(route: DatabaseRoute, options: { dryRun: boolean }, signal: AbortSignal): Promise<void>;
  /** Unfinished Jobs that the CronJob owns. */
  unfinishedJobs(ref: WorkloadRef, signal: AbortSignal): Promise<Job[]>;
  /** Jobs that the CronJob owns and that completed, as many as the cluster keeps of them. */
  completedJobs(ref: WorkloadRef, signal: AbortSignal): Promise<Job[]>;
  /** The exact patch request, for people to read. */
  patchText(ref: WorkloadRef, change: CronJobChange): string;
  /** Changes the CronJob if uid and resourceVersion still match; asks the server first with dryRun when told. */
  changeCronJob(
    cronJob: CronJob,
    change: CronJobChange,
    options: { dryRun: boolean },
    signal: AbortSignal,
  ): Promise<CronJob>;
  /** Pods of a namespace that are not finished, with what their containers ask for; defaults of a LimitRange included. */
  podUse(namespace: string, signal: AbortSignal): Promise<PodUse[]>;
  /** A ResourceQuota or LimitRange, or null when there is none of this name. */
  bound(ref: BoundRef, signal: AbortSignal): Promise<StoredBound | null>;
  /** The exact request that makes one, for people to read. */
  boundText(bound: Bound): string;
  /** Makes one; `kubernetes-conflict` when there is one of this name. Asks the server first with dryRun when told. */
  createBound(bound: Bound, options: { dryRun: boolean }, signal: AbortSignal): Promise<StoredBound>;
  /** Deletes exactly this one, guarded by uid. */
  deleteBound(ref: BoundRef & { readonly uid: string }, signal: AbortSignal): Promise<void>;
  suspendJob(job: Job, suspend: boolean, signal: AbortSignal): Promise<Job>;
  /** Deletes the Job and its pods (propagationPolicy Background), guarded by uid. */
  deleteJob(job: Job, signal: AbortSignal): Promise<void>;
  /** The Deployment with its revisions, or null when it does not exist (any more, under this uid). */
  deployment(ref: WorkloadRef, signal: AbortSignal): Promise<Deployment | null>;
  /** What of the pod template going back to a revision would change, in words; of variables the names only. */
  templateDifferences(deployment: Deployment, revision: Revision, signal: AbortSignal): Promise<string[]>;
  /** The exact requests, for people to read; a pod template is left out, because it holds secrets. */
  scaleText(ref: WorkloadRef, replicas: number): string;
  rollBackText(ref: WorkloadRef, revision: Revision): string;
  /** Sets the number of pods if uid and resourceVersion still match; asks the server first with dryRun when told. */
  scaleDeployment(
    deployment: Deployment,
    replicas: number,
    options: { dryRun: boolean },
    signal: AbortSignal,
  ): Promise<void>;
  /** Gives it the pod template of one of its revisions, as `kubectl rollout undo` does, under the same guards. */
  rollBackDeployment(
    deployment: Deployment,
    revision: Revision,
    options: { dryRun: boolean },
    signal: AbortSignal,
  ): Promise<void>;
}
