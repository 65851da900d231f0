import type { Deployment, Revision, WorkloadRef } from '../../domain/cluster.ts';
import { FirebreakError } from '../../domain/errors.ts';
import type { Api } from './api.ts';
import { PATCH_PARAMETERS } from './changes.ts';
import { type RawTemplate, templateDifferences } from './template-differences.ts';

/** Label by which a ReplicaSet knows its own pods; it is no part of a revision. */
const TEMPLATE_HASH = 'pod-template-hash';
const CHANGE_CAUSE = 'kubernetes.io/change-cause';
const APPS = { group: 'apps', version: 'v1' } as const;

/** The parts of a Deployment or ReplicaSet that going back uses, as they were sent: no field of a newer API is lost. */
interface Raw {
  readonly metadata?: {
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly annotations?: Record<string, string>;
  };
  readonly spec?: { readonly template?: RawTemplate };
}

/** Says what going back would change, without any value that may be a secret. */
export async function rollbackDifferences(
  api: Api,
  deployment: Deployment,
  revision: Revision,
  signal: AbortSignal,
): Promise<string[]> {
  const [now, then] = await Promise.all([
    read(api, 'deployments', deployment, signal),
    read(api, 'replicasets', { ...revision, namespace: deployment.namespace }, signal),
  ]);
  return templateDifferences(now.template, then.template);
}

/**
 * Replaces the pod template by that of the revision, as `kubectl rollout undo` does: a JSON patch, because a merge would
 * keep what the newer template added. It fails when the Deployment is another one or has changed since it was read.
 */
export async function rollBack(
  api: Api,
  deployment: Deployment,
  revision: Revision,
  { dryRun, signal }: { dryRun: boolean; signal: AbortSignal },
): Promise<void> {
  const { namespace, name, uid, resourceVersion } = deployment;
  const [now, then] = await Promise.all([
    read(api, 'deployments', deployment, signal),
    read(api, 'replicasets', { ...revision, namespace }, signal),
  ]);
  const body = [
    { op: 'test', path: '/metadata/uid', value: uid },
    { op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion },
    { op: 'replace', path: '/spec/template', value: then.template },
    ...changeCause(now.annotations, then.annotations),
  ];
  const request = { verb: 'patch', resource: 'deployments', group: 'apps', namespace, name } as const;
  await api.write(
    request,
    signal,
    (options) =>
      api.custom.patchNamespacedCustomObject(
        {
          ...APPS,
          plural: 'deployments',
          namespace,
          name,
          body,
          ...PATCH_PARAMETERS,
          ...(dryRun ? { dryRun: 'All' } : {}),
        },
        options,
      ),
    'json',
  );
}

/** The request for people to read; the template stays out of sight, because it may hold secrets. */
export function rollBackText({ namespace, name, uid }: WorkloadRef, revision: Revision): string {
  const query = new URLSearchParams(PATCH_PARAMETERS).toString();
  const body = [
    { op: 'test', path: '/metadata/uid', value: uid },
    { op: 'replace', path: '/metadata/resourceVersion', value: '<as read just before>' },
    { op: 'replace', path: '/spec/template', value: `<pod template of ReplicaSet ${revision.name}>` },
  ];
  return [
    `PATCH /apis/apps/v1/namespaces/${namespace}/deployments/${name}?${query}`,
    'Content-Type: application/json-patch+json',
    '',
    JSON.stringify(body, null, 2),
  ].join('\n');
}

/** The reason that somebody noted with a revision goes back with it. */
function changeCause(now: Record<string, string>, then: Record<string, string>): object[] {
  const path = `/metadata/annotations/${CHANGE_CAUSE.replace('/', '~1')}`;
  const value = then[CHANGE_CAUSE];
  if (value !== undefined) return [{ op: 'replace', path, value }];
  return now[CHANGE_CAUSE] === undefined ? [] : [{ op: 'remove', path }];
}

async function read(
  api: Api,
  plural: 'deployments' | 'replicasets',
  { namespace, name, uid }: WorkloadRef,
  signal: AbortSignal,
): Promise<{ template: RawTemplate; annotations: Record<string, string> }> {
  const request = { verb: 'get', resource: plural, group: 'apps', namespace, name } as const;
  const raw: Raw = await api.read(request, signal, (options) =>
    api.custom.getNamespacedCustomObject({ ...APPS, plural, namespace, name }, options),
  );
  const template = raw.spec?.template;
  if (raw.metadata?.uid !== uid || template === undefined) {
    throw new FirebreakError(
      'kubernetes-not-found',
      `${plural} ${namespace}/${name} was made anew meanwhile.`,
      {
        hint: 'Try again: the new plan shows which revisions there are.',
      },
    );
  }
  const { [TEMPLATE_HASH]: _hash, ...labels } = template.metadata?.labels ?? {};
  return {
    template: { ...template, metadata: { ...template.metadata, labels } },
    annotations: raw.metadata.annotations ?? {},
  };
}
