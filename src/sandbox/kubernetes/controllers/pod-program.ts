import type { Condition } from '../objects.ts';
import type { PodProgram } from '../runtime/pod-runtime.ts';
import type { Container, Pod, PodStatus } from '../workloads.ts';

/** The search path of common container images. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * What a container runs as a local process; undefined without a `command`, because the sandbox has no images. The
 * environment is the container's own, with POD_IP, POD_NAME and HOSTNAME, and nothing of the sandbox's environment.
 */
export function programOf(pod: Pod, container: Container, address: string): PodProgram | undefined {
  const [command, ...words] = container.command ?? [];
  if (command === undefined) return undefined;
  const { name } = pod.metadata;
  const env: Record<string, string> = { PATH, HOSTNAME: name, POD_NAME: name, POD_IP: address };
  for (const { name: key, value, valueFrom } of container.env ?? []) {
    const path = valueFrom?.fieldRef?.fieldPath;
    env[key] = expand(value ?? (path === undefined ? '' : fieldOf(pod, path, address)), env);
  }
  const args = [...words, ...(container.args ?? [])].map((arg) => expand(arg, env));
  return { command: expand(command, env), args, env };
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
