import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { FirebreakError } from '../../domain/errors.ts';
import type { Logger } from '../../ports/logger.ts';

/** Where the cluster and its credentials are described. It is always said, never guessed from the surroundings. */
export type KubeconfigSource =
  | { readonly file: string }
  | { readonly text: string }
  /** The service account of Firebreak's own pod; `root` is a prefix of its directory, for tests. */
  | { readonly inCluster: true; readonly root?: string };

export interface KubernetesConfig {
  readonly kubeconfig: KubeconfigSource;
  /** Context of the kubeconfig; its current one unless told. */
  readonly context?: string | undefined;
  readonly namespaces: readonly string[];
  /** Milliseconds that one request may take; 5000 unless told. */
  readonly timeoutMs?: number | undefined;
  readonly logger: Logger;
}

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Reads the kubeconfig. Throws `bad-config` with what is wrong with it. */
export function loadKubeConfig(config: Pick<KubernetesConfig, 'kubeconfig' | 'context'>): KubeConfig {
  const kubeConfig = new KubeConfig();
  try {
    load(kubeConfig, config.kubeconfig);
  } catch (cause) {
    throw badConfig(
      `The kubeconfig cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      cause,
    );
  }
  if (config.context !== undefined) kubeConfig.setCurrentContext(config.context);
  if (kubeConfig.getCurrentCluster() === null) {
    const known = kubeConfig.getContexts().map(({ name }) => name);
    throw badConfig(
      `The kubeconfig has no context "${kubeConfig.getCurrentContext()}"; it has ${known.join(', ') || 'none'}.`,
    );
  }
  return kubeConfig;
}

function load(kubeConfig: KubeConfig, source: KubeconfigSource): void {
  if ('file' in source) kubeConfig.loadFromFile(source.file);
  else if ('text' in source) kubeConfig.loadFromString(source.text);
  else {
    // loadFromCluster does not look whether there is a token, the first request would fail without a reason.
    readFileSync(join(source.root ?? '', SERVICE_ACCOUNT, 'token'));
    kubeConfig.loadFromCluster(source.root ?? '');
  }
}

function badConfig(message: string, cause?: unknown): FirebreakError {
  return new FirebreakError('bad-config', message, {
    hint: 'Correct kubernetes.kubeconfig or kubernetes.context; kubectl config view shows what a kubeconfig holds.',
    cause,
  });
}
