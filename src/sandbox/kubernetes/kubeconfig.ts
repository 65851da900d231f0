import { stringify } from 'yaml';

/** Where and as whom a client connects. */
export interface KubeconfigInput {
  url: string;
  user: string;
  token: string;
  namespace: string;
}

/** Writes a kubeconfig. It skips TLS verification, because clients refuse plain HTTP without it (notes §7). */
export function kubeconfigYaml({ url, user, token, namespace }: KubeconfigInput): string {
  const name = 'firebreak-sandbox';
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server: url, 'insecure-skip-tls-verify': true } }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name, context: { cluster: name, user, namespace } }],
    'current-context': name,
  });
}
