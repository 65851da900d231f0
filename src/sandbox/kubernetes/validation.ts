import { isDeepStrictEqual } from 'node:util';
import { type FieldError, invalid } from './api-error.ts';
import { isTimeZone, scheduleProblem } from './cron-schedule.ts';
import { isObject, type JsonObject, type KubeObject, section, textOf } from './objects.ts';
import {
  CRON_JOBS,
  DEPLOYMENTS,
  EVENTS,
  JOBS,
  NAMESPACES,
  PODS,
  REPLICA_SETS,
  type Resource,
} from './resources.ts';

const LABEL_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const SUBDOMAIN_TEXT =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
/** A Job adds eleven characters to the CronJob's name, and 63 is the limit for both. */
const CRON_JOB_NAME_LENGTH = 52;

/** Checks a new object. Throws 422 with every wrong field. */
export function validateCreate(resource: Resource, object: KubeObject): void {
  report(resource, object, [...nameErrors(resource, object.metadata.name), ...specErrors(resource, object)]);
}

/** Checks a changed object against the stored one, immutable fields included. Throws 422. */
export function validateUpdate(resource: Resource, object: KubeObject, stored: KubeObject): void {
  report(resource, object, [...immutableErrors(resource, object, stored), ...specErrors(resource, object)]);
}

function report(resource: Resource, object: KubeObject, errors: FieldError[]): void {
  if (errors.length > 0) throw invalid(resource, object.metadata.name, errors);
}

const invalidValue = (field: string, value: unknown, why: string): FieldError => ({
  reason: 'FieldValueInvalid',
  field,
  message: `Invalid value: ${JSON.stringify(value)}: ${why}`,
});

const required = (field: string, why = ''): FieldError => ({
  reason: 'FieldValueRequired',
  field,
  message: why === '' ? 'Required value' : `Required value: ${why}`,
});

const unsupported = (field: string, value: unknown, values: readonly string[]): FieldError => ({
  reason: 'FieldValueNotSupported',
  field,
  message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${values.map((text) => JSON.stringify(text)).join(', ')}`,
});

function nameErrors(resource: Resource, name: string): FieldError[] {
  const field = 'metadata.name';
  if (name === '') return [required(field, 'name or generateName is required')];
  if (resource.group === 'rbac.authorization.k8s.io' || resource === EVENTS) return [];
  const label = resource === NAMESPACES ? LABEL_NAME : SUBDOMAIN;
  const errors = label.test(name) ? [] : [invalidValue(field, name, SUBDOMAIN_TEXT)];
  const limit = resource === JOBS || resource === NAMESPACES ? 63 : 253;
  if (resource === CRON_JOBS && name.length > CRON_JOB_NAME_LENGTH) {
    errors.push(invalidValue(field, name, `must be no more than ${CRON_JOB_NAME_LENGTH} characters`));
  } else if (name.length > limit) {
    errors.push(invalidValue(field, name, `must be no more than ${limit} characters`));
  }
  return errors;
}

function specErrors(resource: Resource, object: KubeObject): FieldError[] {
  const spec = section(object, 'spec');
  if (resource === CRON_JOBS) return cronJobErrors(spec);
  if (resource === JOBS) return jobErrors(spec, 'spec');
  if (resource === DEPLOYMENTS || resource === REPLICA_SETS) return replicatedErrors(spec);
  return resource === PODS ? podErrors(spec, 'spec') : [];
}

function cronJobErrors(spec: JsonObject): FieldError[] {
  const { schedule, timeZone, concurrencyPolicy } = spec;
  const errors: FieldError[] = [];
  if (typeof schedule !== 'string' || schedule === '') errors.push(required('spec.schedule'));
  else errors.push(...scheduleErrors(schedule));
  if (typeof timeZone === 'string') {
    if (timeZone === '')
      errors.push(invalidValue('spec.timeZone', timeZone, 'timeZone must be nil or non-empty string'));
    else if (timeZone.toLowerCase() === 'local') {
      errors.push(
        invalidValue(
          'spec.timeZone',
          timeZone,
          'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones',
        ),
      );
    } else if (!isTimeZone(timeZone)) {
      errors.push(invalidValue('spec.timeZone', timeZone, `unknown time zone ${timeZone}`));
    }
  }
  const policies = ['Allow', 'Forbid', 'Replace'];
  if (!policies.includes(textOf(concurrencyPolicy))) {
    errors.push(unsupported('spec.concurrencyPolicy', concurrencyPolicy, policies));
  }
  for (const field of ['startingDeadlineSeconds', 'successfulJobsHistoryLimit', 'failedJobsHistoryLimit']) {
    errors.push(...negative(spec, 'spec', field));
  }
  return [...errors, ...jobErrors(section(section(spec, 'jobTemplate'), 'spec'), 'spec.jobTemplate.spec')];
}

function scheduleErrors(schedule: string): FieldError[] {
  if (/TZ=/.test(schedule)) {
    return [
      invalidValue(
        'spec.schedule',
        schedule,
        'cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
      ),
    ];
  }
  const problem = scheduleProblem(schedule);
  return problem === undefined ? [] : [invalidValue('spec.schedule', schedule, problem)];
}

function jobErrors(spec: JsonObject, path: string): FieldError[] {
  const numbers = [
    'parallelism',
    'completions',
    'backoffLimit',
    'activeDeadlineSeconds',
    'ttlSecondsAfterFinished',
  ];
  const pod = section(section(spec, 'template'), 'spec');
  const errors = numbers.flatMap((field) => negative(spec, path, field));
  errors.push(...podErrors(pod, `${path}.template.spec`));
  const policy = pod.restartPolicy;
  const policies = ['OnFailure', 'Never'];
  if (policy !== undefined && !policies.includes(textOf(policy))) {
    errors.push(unsupported(`${path}.template.spec.restartPolicy`, policy, policies));
  }
  return errors;
}

/** What Deployments and ReplicaSets have in common: a count, and a selector that finds the pods of the template. */
function replicatedErrors(spec: JsonObject): FieldError[] {
  const template = section(spec, 'template');
  const labels = section(section(template, 'metadata'), 'labels');
  const wanted = section(section(spec, 'selector'), 'matchLabels');
  const errors = [...negative(spec, 'spec', 'replicas'), ...negative(spec, 'spec', 'revisionHistoryLimit')];
  if (!isObject(spec.selector)) errors.push(required('spec.selector'));
  if (Object.entries(wanted).some(([key, value]) => labels[key] !== value)) {
    errors.push(
      invalidValue('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'),
    );
  }
  const { restartPolicy } = section(template, 'spec');
  if (restartPolicy !== undefined && restartPolicy !== 'Always') {
    errors.push(unsupported('spec.template.spec.restartPolicy', restartPolicy, ['Always']));
  }
  return [...errors, ...podErrors(section(template, 'spec'), 'spec.template.spec')];
}

function podErrors(spec: JsonObject, path: string): FieldError[] {
  const containers = Array.isArray(spec.containers) ? spec.containers : [];
  if (containers.length === 0) return [required(`${path}.containers`)];
  return containers.flatMap((container: unknown, at) => {
    const { name, image, env } = isObject(container) ? container : {};
    const errors = variableErrors(env, `${path}.containers[${at}].env`);
    if (typeof name !== 'string') errors.push(required(`${path}.containers[${at}].name`));
    if (typeof image !== 'string') errors.push(required(`${path}.containers[${at}].image`));
    return errors;
  });
}

function variableErrors(env: unknown, path: string): FieldError[] {
  return (Array.isArray(env) ? env : []).flatMap((variable: unknown, at) => {
    const { value, valueFrom } = isObject(variable) ? variable : {};
    return isObject(valueFrom) && textOf(value) !== ''
      ? [invalidValue(`${path}[${at}].valueFrom`, '', 'may not be specified when `value` is not empty')]
      : [];
  });
}

function negative(spec: JsonObject, path: string, field: string): FieldError[] {
  const value = spec[field];
  return typeof value === 'number' && value < 0
    ? [invalidValue(`${path}.${field}`, value, 'must be greater than or equal to 0')]
    : [];
}

const IMMUTABLE = new Map<Resource, readonly string[]>([
  [JOBS, ['template', 'selector', 'completions', 'completionMode', 'manualSelector']],
  [PODS, ['containers', 'restartPolicy', 'nodeName']],
  [DEPLOYMENTS, ['selector']],
  [REPLICA_SETS, ['selector']],
]);

function immutableErrors(resource: Resource, object: KubeObject, stored: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  if (object.metadata.uid !== stored.metadata.uid) {
    errors.push(invalidValue('metadata.uid', object.metadata.uid, 'field is immutable'));
  }
  const [now, then] = [section(object, 'spec'), section(stored, 'spec')];
  for (const field of IMMUTABLE.get(resource) ?? []) {
    if (resource === PODS && field === 'nodeName' && then[field] === undefined) continue;
    if (!isDeepStrictEqual(now[field], then[field])) {
      errors.push(invalidValue(`spec.${field}`, now[field], 'field is immutable'));
    }
  }
  return errors;
}
