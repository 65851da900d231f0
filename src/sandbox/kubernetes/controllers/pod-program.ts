import type { Condition } from '../objects.ts';
import type { PodProgram } from '../runtime/pod-runtime.ts';
import type { Container, Pod, PodStatus, Variable } from '../workloads.ts';

/** The search path of common container images. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Why a container cannot be started, as its status says it. */
export interface Unstartable {
  readonly reason: 'CreateContainerError' | 'CreateContainerConfigError';
  readonly message: string;
}

/** Reads the data of a Secret or ConfigMap in a pod's namespace; undefined when there is no such object. */
export type ReadKeys = (kind: 'secret' | 'configmap', name: string) => Record<string, string> | undefined;

/**
 * What a container runs as a local process, or why it cannot: it has no `command`, because the sandbox has no images, or a
 * key that a variable takes its value from is missing. The environment is the container's own, with POD_IP, POD_NAME and
 * HOSTNAME, and nothing of the sandbox's environment. Unlike a real kubelet it does not look again for a missing key.
 */
export function programOf(
  pod: Pod,
  container: Container,
  { address, read }: { address: string; read: ReadKeys },
): PodProgram | Unstartable {
  const [command, ...words] = container.command ?? [];
  if (command === undefined) return NO_IMAGES;
  const { name } = pod.metadata;
  const env: Record<string, string> = { PATH, HOSTNAME: name, POD_NAME: name, POD_IP: address };
  for (const variable of container.env ?? []) {
    const value = variableValue(pod, variable, { address, read });
    if (typeof value === 'object') return value;
    if (value !== undefined) env[variable.name] = expand(value, env);
  }
  const args = [...words, ...(container.args ?? [])].map((arg) => expand(arg, env));
  return { command: expand(command, env), args, env };
}

const NO_IMAGES: Unstartable = {
  reason: 'CreateContainerError',
  message: 'the sandbox has no images; give the container a "command" that exists on this machine',
};

/** Undefined when an optional key is missing: then there is no such variable. */
function variableValue(
  pod: Pod,
  { value, valueFrom }: Variable,
  { address, read }: { address: string; read: ReadKeys },
): string | undefined | Unstartable {
  const { fieldRef, secretKeyRef, configMapKeyRef } = valueFrom ?? {};
  if (value !== undefined) return value;
  if (fieldRef !== undefined) return fieldOf(pod, fieldRef.fieldPath, address);
  const reference = secretKeyRef ?? configMapKeyRef;
  if (reference === undefined) return '';
  const kind = secretKeyRef === undefined ? 'configmap' : 'secret';
  const keys = read(kind, reference.name);
  const found = keys?.[reference.key];
  if (found !== undefined || reference.optional === true) return found;
  const title = kind === 'secret' ? 'Secret' : 'ConfigMap';
  const message =
    keys === undefined
      ? `${kind} "${reference.name}" not found`
      : `couldn't find key ${reference.key} in ${title} ${pod.metadata.namespace}/${reference.name}`;
  return { reason: 'CreateContainerConfigError', message };
}

/** Replaces `$(NAME)` by the variable of that name, as the kubelet does; unknown names stay. */
function expand(text: string, env: Record<string, string>): string {
  return text.replace(/\$\(([A-Za-z_][\w.-]*)\)/g, (whole, name: string) => env[name] ?? whole);
}

function fieldOf(pod: Pod, path: string, address: string): string {
  const { name, namespace = '', uid } = pod.metadata;
  const fields: Record<string, string> = {
    'metadata.name': name,
    'metadata.namespace': namespace,
    'metadata.uid': uid,
    'status.podIP': address,
    'status.hostIP': '127.0.0.1',
    'spec.nodeName': pod.spec.nodeName ?? '',
    'spec.serviceAccountName': pod.spec.serviceAccountName ?? 'default',
  };
  return fields[path] ?? '';
}

/** The conditions of a pod; one keeps its transition time while its status stays the same. */
export function podConditions(
  { time, ready, phase }: { time: string; ready: boolean; phase: PodStatus['phase'] },
  before: PodStatus | undefined,
): Condition[] {
  const ended = phase === 'Succeeded' || phase === 'Failed';
  const reason = ended && phase === 'Succeeded' ? { reason: 'PodCompleted' } : {};
  const flags: [string, boolean][] = [
    ['PodReadyToStartContainers', !ended],
    ['Initialized', true],
    ['Ready', ready],
    ['ContainersReady', ready],
    ['PodScheduled', true],
  ];
  return flags.map(([type, on]) => {
    const status = on ? 'True' : 'False';
    const old = before?.conditions?.find(
      (condition) => condition.type === type && condition.status === status,
    );
    return {
      type,
      status,
      lastProbeTime: null,
      lastTransitionTime: old?.lastTransitionTime ?? time,
      ...(on ? {} : reason),
    };
  });
}
