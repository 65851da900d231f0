import { once } from 'node:events';
import type { KubeConfig } from '@kubernetes/client-node';
import { FirebreakError } from '../../domain/errors.ts';
import { formatDuration } from '../../domain/format.ts';

/**
 * The client waits for ever for the program that a kubeconfig names for credentials (`exec`), and does so before the time
 * limit of a request begins. So that wait gets a limit of its own.
 */
export function boundLogin(kubeConfig: KubeConfig, limitMs: number): KubeConfig {
  const login = kubeConfig.applySecurityAuthentication.bind(kubeConfig);
  kubeConfig.applySecurityAuthentication = async (context) => {
    const limit = AbortSignal.timeout(limitMs);
    const late = once(limit, 'abort').then(() => {
      throw noCredentials(kubeConfig.getCurrentUser()?.exec?.command, limitMs);
    });
    await Promise.race([login(context), late]);
  };
  return kubeConfig;
}

function noCredentials(program: unknown, limitMs: number): FirebreakError {
  const what = typeof program === 'string' ? `The program ${program} of the kubeconfig` : 'The kubeconfig';
  return new FirebreakError(
    'kubernetes-unreachable',
    `${what} gave no credentials within ${formatDuration(limitMs / 1000)}, so Kubernetes was not asked.`,
    {
      hint: 'Run it where Firebreak runs: it may wait for a network or for input. Nothing was changed.',
      retryable: true,
      situation: {
        next: [{ label: 'does the kubeconfig still work', language: 'text', text: 'kubectl auth whoami' }],
      },
    },
  );
}
