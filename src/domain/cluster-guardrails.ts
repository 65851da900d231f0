import { z } from 'zod';
import { CronJob, WorkloadRef } from './cluster.ts';

/** A connection string, or a host alone, without any secret. */
export const ShownValue = z.object({
  /** In the place of a password it has `$(passwordVariable)`. */
  text: z.string(),
  /** A name that is free in the container, for a variable that holds the password; null when there is none. */
  passwordVariable: z.string().nullable(),
  /** Variables in `env` of the container that the value takes parts of itself from, as `$(NAME)`. */
  refersTo: z.array(z.string()),
});
export type ShownValue = z.infer<typeof ShownValue>;

/** Where a container is told to find its database. Nothing of a password or of a Secret's content is ever kept. */
export const DatabaseAddress = z.object({
  /** The variable that says it, or null when the command line does. */
  variable: z.string().nullable(),
  /** Hosts in the order in which they are tried; empty when the value lies in a Secret or ConfigMap. */
  hosts: z.array(z.object({ host: z.string(), port: z.int().nullable() })),
  /** target_session_attrs of the connection string, such as `prefer-standby`, or null. */
  wants: z.string().nullable(),
  user: z.string().nullable(),
  /** Such as `Secret report-db, key url`, when the value lies there; null when it stands in the workload itself. */
  hiddenIn: z.string().nullable(),
  /** The value as people may see and commit it; null when it is elsewhere, or when a part of it may be a secret. */
  shown: ShownValue.nullable(),
});
export type DatabaseAddress = z.infer<typeof DatabaseAddress>;

/** A container of a pod template, init containers included: what it may use and which database it is told of. */
export const ContainerFacts = z.object({
  name: z.string(),
  init: z.boolean(),
  /** Quantities as they are written, such as `500m`, by resource. */
  requests: z.record(z.string(), z.string()),
  limits: z.record(z.string(), z.string()),
  databases: z.array(DatabaseAddress),
  /** The variable that limits its connection pool, such as `DB_POOL_MAX`, or null. */
  pool: z.object({ variable: z.string(), size: z.int() }).nullable(),
});
export type ContainerFacts = z.infer<typeof ContainerFacts>;

/** A CronJob with what bounds its runs. */
export const BatchWorkload = CronJob.extend({
  parallelism: z.int(),
  containers: z.array(ContainerFacts),
});
export type BatchWorkload = z.infer<typeof BatchWorkload>;

/** A Deployment with how many pods it may have. */
export const ServiceWorkload = WorkloadRef.extend({
  replicas: z.int(),
  /** Most pods that its autoscaler makes; `replicas` without one, or when autoscalers could not be read. */
  mostReplicas: z.int(),
  containers: z.array(ContainerFacts),
});
export type ServiceWorkload = z.infer<typeof ServiceWorkload>;

export const Quota = z.object({
  name: z.string(),
  /** Limits by resource, such as `limits.memory`, as they are written. */
  hard: z.record(z.string(), z.string()),
});
export type Quota = z.infer<typeof Quota>;

/** What a LimitRange gives each container that says nothing itself. */
export const ContainerDefaults = z.object({
  name: z.string(),
  limits: z.record(z.string(), z.string()),
  requests: z.record(z.string(), z.string()),
});
export type ContainerDefaults = z.infer<typeof ContainerDefaults>;

/** A list of one namespace, or why it could not be read, in words. */
function listOf<T extends z.ZodType>(item: T) {
  return z.object({ namespace: z.string(), items: z.array(item).nullable(), problem: z.string().nullable() });
}

/** What bounds the workloads of the configured namespaces; each list has one entry for each namespace. */
export const ClusterGuardrails = z.object({
  quotas: z.array(listOf(Quota)),
  containerDefaults: z.array(listOf(ContainerDefaults)),
  batches: z.array(listOf(BatchWorkload)),
  services: z.array(listOf(ServiceWorkload)),
});
export type ClusterGuardrails = z.infer<typeof ClusterGuardrails>;

/** A list of one namespace, or why there is none. */
export interface NamespaceList<T> {
  readonly namespace: string;
  readonly items: T[] | null;
  readonly problem: string | null;
}
