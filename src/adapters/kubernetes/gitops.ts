import type { V1ObjectMeta } from '@kubernetes/client-node';
import type { CronJob } from '../../domain/cluster.ts';

type Gitops = NonNullable<CronJob['gitops']>;

/** Marks by which a tool recognises its own objects, surest first. Helm comes last: Flux and Argo CD also use it. */
const MARKS: readonly { tool: Gitops['tool']; in: 'labels' | 'annotations'; key: string; value?: string }[] =
  [
    { tool: 'Argo CD', in: 'annotations', key: 'argocd.argoproj.io/tracking-id' },
    { tool: 'Argo CD', in: 'labels', key: 'argocd.argoproj.io/instance' },
    { tool: 'Argo CD', in: 'annotations', key: 'argocd.argoproj.io/instance' },
    { tool: 'Argo CD', in: 'labels', key: 'app.kubernetes.io/managed-by', value: 'argocd' },
    { tool: 'Flux', in: 'labels', key: 'kustomize.toolkit.fluxcd.io/name' },
    { tool: 'Flux', in: 'labels', key: 'helm.toolkit.fluxcd.io/name' },
    { tool: 'Helm', in: 'annotations', key: 'meta.helm.sh/release-name' },
    { tool: 'Helm', in: 'labels', key: 'app.kubernetes.io/managed-by', value: 'Helm' },
  ];

/** The tool that owns an object and would take a live change back, with the mark that says so, or null. */
export function gitopsOf(metadata: Pick<V1ObjectMeta, 'labels' | 'annotations'>): CronJob['gitops'] {
  for (const mark of MARKS) {
    const found = metadata[mark.in]?.[mark.key];
    if (found === undefined || (mark.value !== undefined && found.toLowerCase() !== mark.value.toLowerCase()))
      continue;
    return { tool: mark.tool, sign: `${mark.in === 'labels' ? 'label' : 'annotation'} ${mark.key}=${found}` };
  }
  return null;
}
