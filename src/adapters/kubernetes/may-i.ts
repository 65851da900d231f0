import { clusterPermissions } from '../../domain/cluster-permission.ts';
import type { Api } from './api.ts';

/** One permission that Firebreak uses, and whether it has it. */
export interface Permission {
  readonly verb: string;
  readonly resource: string;
  readonly group: string;
  readonly namespace: string;
  readonly allowed: boolean;
}

/** Asks the API server for each permission (SelfSubjectAccessReview, which every identity may ask). */
export function reviewAccess(
  api: Api,
  namespaces: readonly string[],
  signal: AbortSignal,
): Promise<Permission[]> {
  const wanted = namespaces.flatMap((namespace) =>
    clusterPermissions.flatMap(({ verbs, resource, group }) =>
      verbs.map((verb) => ({ verb, resource, group, namespace })),
    ),
  );
  return Promise.all(
    wanted.map(async (attributes) => {
      const request = {
        verb: 'create',
        resource: 'selfsubjectaccessreviews',
        group: 'authorization.k8s.io',
        namespace: attributes.namespace,
      } as const;
      const review = await api.read(request, signal, (options) =>
        api.authorization.createSelfSubjectAccessReview(
          { body: { spec: { resourceAttributes: { ...attributes, ...named(attributes.resource) } } } },
          options,
        ),
      );
      return { ...attributes, allowed: review.status?.allowed ?? false };
    }),
  );
}

/** `deployments/scale` is asked for as a subresource of its own. */
function named(name: string): { resource: string; subresource?: string } {
  const [resource = name, subresource] = name.split('/');
  return subresource === undefined ? { resource } : { resource, subresource };
}
