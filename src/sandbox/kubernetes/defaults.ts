import { isObject, type JsonObject, section } from './objects.ts';
import { CRON_JOBS, DEPLOYMENTS, JOBS, PODS, REPLICA_SETS, type Resource, SECRETS } from './resources.ts';

/** Fills fields that a body leaves out, as the API server does before it validates. Changes the object. */
export function setDefaults(resource: Resource, object: JsonObject): void {
  if (resource === SECRETS) takeStringData(object);
  const spec = section(object, 'spec');
  if (resource === CRON_JOBS) defaultCronJob(spec);
  if (resource === JOBS) defaultJob(spec);
  if (resource === PODS) {
    defaultPodSpec(spec, 'Always');
    defaultRequests(spec);
  }
  if (resource === DEPLOYMENTS) defaultDeployment(spec);
  if (resource === REPLICA_SETS) {
    fill(spec, { replicas: 1 });
    defaultPodTemplate(section(spec, 'template'));
  }
}

/** `stringData` is only for writing: its texts go into `data`. */
function takeStringData(secret: JsonObject): void {
  secret.type ??= 'Opaque';
  if (!isObject(secret.stringData)) return;
  const encoded = Object.entries(secret.stringData).map(([key, text]) => [
    key,
    Buffer.from(String(text)).toString('base64'),
  ]);
  secret.data = { ...section(secret, 'data'), ...Object.fromEntries(encoded) };
  delete secret.stringData;
}

function fill(object: JsonObject, defaults: JsonObject): void {
  for (const [key, value] of Object.entries(defaults)) object[key] ??= value;
}

function defaultCronJob(spec: JsonObject): void {
  fill(spec, {
    concurrencyPolicy: 'Allow',
    suspend: false,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
  });
  const template = section(section(section(spec, 'jobTemplate'), 'spec'), 'template');
  defaultPodTemplate(template);
}

function defaultJob(spec: JsonObject): void {
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
  fill(spec, {
    parallelism: 1,
    backoffLimit: 6,
    completionMode: 'NonIndexed',
    suspend: false,
    manualSelector: false,
    podReplacementPolicy: 'TerminatingOrFailed',
  });
  defaultPodTemplate(section(spec, 'template'));
}

function defaultDeployment(spec: JsonObject): void {
  fill(spec, {
    replicas: 1,
    strategy: { type: 'RollingUpdate' },
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
  });
  const strategy = section(spec, 'strategy');
  if (strategy.type === 'RollingUpdate') {
    strategy.rollingUpdate ??= {};
    fill(section(strategy, 'rollingUpdate'), { maxSurge: '25%', maxUnavailable: '25%' });
  }
  defaultPodTemplate(section(spec, 'template'));
}

/** A pod whose container states only a limit requests as much; a template stays as it is written. */
function defaultRequests(spec: JsonObject): void {
  for (const container of Array.isArray(spec.containers) ? spec.containers : []) {
    const resources = isObject(container) ? container.resources : undefined;
    if (!isObject(resources) || !isObject(resources.limits)) continue;
    resources.requests = { ...resources.limits, ...section(resources, 'requests') };
  }
}

function defaultPodTemplate(template: JsonObject): void {
  template.metadata ??= {};
  if (isObject(template.spec)) defaultPodSpec(template.spec, undefined);
}

function defaultPodSpec(spec: JsonObject, restartPolicy: string | undefined): void {
  fill(spec, {
    restartPolicy: restartPolicy ?? 'Always',
    dnsPolicy: 'ClusterFirst',
    terminationGracePeriodSeconds: 30,
    securityContext: {},
    schedulerName: 'default-scheduler',
  });
  if (typeof spec.serviceAccountName === 'string') spec.serviceAccount ??= spec.serviceAccountName;
  for (const container of Array.isArray(spec.containers) ? spec.containers : []) {
    if (!isObject(container)) continue;
    const image = typeof container.image === 'string' ? container.image : '';
    fill(container, {
      resources: {},
      terminationMessagePath: '/dev/termination-log',
      terminationMessagePolicy: 'File',
      imagePullPolicy: /:(?!latest$)[^/:]+$|@/.test(image) ? 'IfNotPresent' : 'Always',
    });
  }
}
