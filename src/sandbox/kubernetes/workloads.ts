import type { Condition, KubeObject, ObjectMeta } from './objects.ts';

/** A key of a Secret or ConfigMap. */
export interface KeyReference {
  name: string;
  key: string;
  optional?: boolean | undefined;
}

/** A variable of a container: its value, or where it comes from. */
export interface Variable {
  name: string;
  value?: string | undefined;
  valueFrom?:
    | { fieldRef?: { fieldPath: string }; secretKeyRef?: KeyReference; configMapKeyRef?: KeyReference }
    | undefined;
}

/** One container of a pod, as far as the sandbox uses it. */
export interface Container {
  name: string;
  image?: string | undefined;
  command?: string[] | undefined;
  args?: string[] | undefined;
  workingDir?: string | undefined;
  env?: Variable[] | undefined;
  resources?: { limits?: Record<string, string>; requests?: Record<string, string> } | undefined;
}

/** A pod's specification, as far as the sandbox uses it. */
export interface PodSpec {
  containers: Container[];
  restartPolicy?: 'Always' | 'OnFailure' | 'Never' | undefined;
  nodeName?: string | undefined;
  terminationGracePeriodSeconds?: number | undefined;
  serviceAccountName?: string | undefined;
  [field: string]: unknown;
}

/** What a container does now; exactly one of the three is present. */
export interface ContainerState {
  running?: { startedAt: string } | undefined;
  waiting?: { reason: string; message?: string | undefined } | undefined;
  terminated?:
    | {
        exitCode: number;
        signal?: number | undefined;
        reason: string;
        message?: string | undefined;
        startedAt: string;
        finishedAt: string;
      }
    | undefined;
}

/** The kubelet's report on one container. */
export interface ContainerStatus {
  name: string;
  image: string;
  imageID: string;
  containerID?: string | undefined;
  ready: boolean;
  started: boolean;
  restartCount: number;
  state: ContainerState;
  lastState: ContainerState;
}

/** A pod's status. */
export interface PodStatus {
  phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
  conditions?: Condition[] | undefined;
  hostIP?: string | undefined;
  podIP?: string | undefined;
  podIPs?: { ip: string }[] | undefined;
  startTime?: string | undefined;
  containerStatuses?: ContainerStatus[] | undefined;
  qosClass?: string | undefined;
  reason?: string | undefined;
  message?: string | undefined;
}

export interface Pod extends KubeObject {
  spec: PodSpec;
  status: PodStatus;
}

export interface JobSpec {
  parallelism?: number | undefined;
  completions?: number | undefined;
  backoffLimit?: number | undefined;
  suspend?: boolean | undefined;
  activeDeadlineSeconds?: number | undefined;
  ttlSecondsAfterFinished?: number | undefined;
  manualSelector?: boolean | undefined;
  selector?: { matchLabels: Record<string, string> } | undefined;
  template: { metadata?: Partial<ObjectMeta> | undefined; spec: PodSpec };
  [field: string]: unknown;
}

export interface JobStatus {
  startTime?: string | undefined;
  completionTime?: string | undefined;
  active?: number | undefined;
  ready?: number | undefined;
  terminating?: number | undefined;
  succeeded?: number | undefined;
  failed?: number | undefined;
  conditions?: Condition[] | undefined;
  uncountedTerminatedPods?: object | undefined;
}

export interface Job extends KubeObject {
  spec: JobSpec;
  status: JobStatus;
}

/** A reference from a CronJob's status to one of its running Jobs. */
export interface ObjectReference {
  apiVersion: string;
  kind: string;
  name: string;
  namespace: string;
  uid: string;
  resourceVersion: string;
}

export interface CronJobSpec {
  schedule: string;
  timeZone?: string | undefined;
  suspend?: boolean | undefined;
  concurrencyPolicy?: 'Allow' | 'Forbid' | 'Replace' | undefined;
  startingDeadlineSeconds?: number | undefined;
  successfulJobsHistoryLimit?: number | undefined;
  failedJobsHistoryLimit?: number | undefined;
  jobTemplate: { metadata?: Partial<ObjectMeta> | undefined; spec: JobSpec };
}

export interface CronJobStatus {
  active?: ObjectReference[] | undefined;
  lastScheduleTime?: string | undefined;
  lastSuccessfulTime?: string | undefined;
}

export interface CronJob extends KubeObject {
  spec: CronJobSpec;
  status: CronJobStatus;
}

/** The template from which a controller makes pods. */
export interface PodTemplate {
  metadata?: Partial<ObjectMeta> | undefined;
  spec: PodSpec;
}

export interface ReplicaSet extends KubeObject {
  spec: {
    replicas: number;
    selector: { matchLabels: Record<string, string> };
    template: PodTemplate;
  };
  status: {
    replicas?: number | undefined;
    readyReplicas?: number | undefined;
    availableReplicas?: number | undefined;
    observedGeneration?: number | undefined;
  };
}

export interface Deployment extends KubeObject {
  spec: {
    replicas: number;
    paused?: boolean | undefined;
    revisionHistoryLimit: number;
    selector: { matchLabels: Record<string, string> };
    strategy: {
      type: 'RollingUpdate' | 'Recreate';
      rollingUpdate?: { maxSurge: number | string; maxUnavailable: number | string } | undefined;
    };
    template: PodTemplate;
  };
  status: {
    observedGeneration?: number | undefined;
    replicas?: number | undefined;
    updatedReplicas?: number | undefined;
    readyReplicas?: number | undefined;
    availableReplicas?: number | undefined;
    unavailableReplicas?: number | undefined;
    conditions?: (Condition & { lastUpdateTime?: string | undefined })[] | undefined;
  };
}

/** The true condition that ended a Job: `Complete` or `Failed`; undefined while it is not finished. */
export function finishedCondition(job: Job): Condition | undefined {
  return job.status.conditions?.find(
    ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
  );
}

/** Says whether a Job is complete or has failed. */
export function isFinished(job: Job): boolean {
  return finishedCondition(job) !== undefined;
}

/** Says whether a pod has ended for good. */
export function isTerminal(pod: Pod): boolean {
  return pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed';
}
