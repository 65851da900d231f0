/** How a pod of a workload runs: a command with its environment. */
export interface PodCommand {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The template of pods that run one command and are gone soon after they are deleted. */
export function podTemplate(name: string, program: PodCommand, restartPolicy: 'Never' | 'Always') {
  return {
    metadata: { labels: { app: name } },
    spec: {
      restartPolicy,
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name: 'main',
          image: `registry.invalid/${name}:1`,
          command: [...program.command],
          env: Object.entries(program.env).map(([key, value]) => ({ name: key, value })),
        },
      ],
    },
  };
}

/** A Job that retries often, as batch jobs do. */
export function jobSpec(name: string, program: PodCommand, pods: number) {
  return {
    parallelism: pods,
    completions: pods,
    backoffLimit: 40,
    template: podTemplate(name, program, 'Never'),
  };
}
