import { section, timestamp } from '../objects.ts';
import { CONFIG_MAPS, PODS, SECRETS } from '../resources.ts';
import type { PodRuntime } from '../runtime/pod-runtime.ts';
import type { ContainerStatus, Pod, PodStatus } from '../workloads.ts';
import { ContainerRunner } from './container-runner.ts';
import type { Cluster } from './controller.ts';
import { podConditions, programOf, type ReadKeys } from './pod-program.ts';

/** Runs one pod from its start to its end and reports its status. */
export class PodWorker {
  readonly #cluster: Cluster;
  readonly #pod: Pod;
  readonly #address: string;
  readonly #startTime: string;
  readonly #runners: ContainerRunner[];
  #graceMs: number | undefined;
  #abandoned = false;

  constructor(cluster: Cluster, pod: Pod, options: { runtime: PodRuntime; restartBackoffMs: number }) {
    this.#cluster = cluster;
    this.#pod = pod;
    this.#address = options.runtime.allocateAddress();
    this.#startTime = timestamp(cluster.now());
    const policy = pod.spec.restartPolicy ?? 'Always';
    this.#runners = pod.spec.containers.map((container) => {
      const program = programOf(pod, container, { address: this.#address, read: readKeys(cluster, pod) });
      return new ContainerRunner(container, {
        ...options,
        program,
        policy,
        now: cluster.now,
        changed: () => this.#report(),
      });
    });
  }

  start(): void {
    for (const runner of this.#runners) runner.start();
    const message = this.#runners.map(({ status }) => status.name).join(', ');
    this.#cluster.events
      .as('kubelet')
      .record(this.#pod, { reason: 'Started', message: `Started container ${message}` });
    this.#report();
  }

  /** Ends the pod within a grace period in milliseconds; repeated calls can only shorten it. */
  terminate(graceMs: number): void {
    if (this.#graceMs !== undefined && this.#graceMs <= graceMs) return;
    if (this.#graceMs === undefined) {
      const names = this.#runners.map(({ status }) => status.name).join(', ');
      const message = `Stopping container ${names}`;
      this.#cluster.events.as('kubelet').record(this.#pod, { reason: 'Killing', message });
    }
    this.#graceMs = graceMs;
    for (const runner of this.#runners) runner.terminate(graceMs);
    this.#report();
  }

  /** Stops reporting and restarting, because the sandbox stops. */
  abandon(): void {
    this.#abandoned = true;
    for (const runner of this.#runners) runner.terminate(0);
  }

  log(container: string | undefined): string | undefined {
    const runner = this.#runners.find(({ status }) => container === undefined || status.name === container);
    return runner?.output();
  }

  #report(): void {
    if (this.#abandoned) return;
    const ended = this.#runners.every((runner) => runner.ended);
    const status = this.#status(
      this.#runners.map((runner) => runner.status),
      ended,
    );
    const updated = this.#cluster.registry.mutate(PODS, this.#pod, 'kubelet', (draft) => {
      draft.status = { ...draft.status, ...status };
    });
    if (!ended || this.#graceMs === undefined || updated === undefined) return;
    this.#cluster.registry.mutate(PODS, updated, 'kubelet', ({ metadata }) => {
      metadata.deletionGracePeriodSeconds = 0;
    });
  }

  #status(containerStatuses: ContainerStatus[], ended: boolean): PodStatus {
    const failed = containerStatuses.some(({ state }) => (state.terminated?.exitCode ?? 0) !== 0);
    const waiting = containerStatuses.every(({ state, restartCount }) => state.waiting && restartCount === 0);
    const phase = ended ? (failed ? 'Failed' : 'Succeeded') : waiting ? 'Pending' : 'Running';
    const ready = containerStatuses.every((status) => status.ready);
    return {
      phase,
      conditions: podConditions({ time: timestamp(this.#cluster.now()), ready, phase }, this.#current()),
      hostIP: '127.0.0.1',
      podIP: this.#address,
      podIPs: [{ ip: this.#address }],
      startTime: this.#startTime,
      containerStatuses,
    };
  }

  #current(): PodStatus | undefined {
    const { namespace, name } = this.#pod.metadata;
    return (this.#cluster.store.get(PODS, namespace, name) as Pod | undefined)?.status;
  }
}

/** What stands in the Secrets and ConfigMaps of a pod's namespace. */
function readKeys({ store }: Cluster, { metadata: { namespace } }: Pod): ReadKeys {
  return (kind, name) => {
    const object = store.get(kind === 'secret' ? SECRETS : CONFIG_MAPS, namespace, name);
    if (object === undefined) return undefined;
    const data = Object.entries(section(object, 'data')).map(([key, text]) => [key, String(text)] as const);
    return Object.fromEntries(
      data.map(([key, text]) => [key, kind === 'secret' ? Buffer.from(text, 'base64').toString() : text]),
    );
  };
}
