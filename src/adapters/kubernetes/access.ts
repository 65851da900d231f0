import type { ClusterAccess, NamespaceRight } from '../../domain/access.ts';
import { clusterPermissions } from '../../domain/cluster-permission.ts';
import { isFirebreakError } from '../../domain/errors.ts';
import type { Api, CallOptions } from './api.ts';
import type { Request } from './errors.ts';
import { type Permission, reviewAccess } from './may-i.ts';

/** Versions of the API that Firebreak speaks, with what it uses of each. */
const SPOKEN = {
  v1: '',
  'batch/v1': 'batch',
  'apps/v1': 'apps',
  'autoscaling/v2': 'autoscaling',
} as const;
type Version = keyof typeof SPOKEN;

/** Reads what the cluster serves and lets Firebreak do: discovery and access reviews, which every identity may ask. */
export async function readAccess(
  api: Api,
  namespaces: readonly string[],
  signal: AbortSignal,
): Promise<ClusterAccess> {
  const request = askFor('version', '');
  const { gitVersion } = await api.read(request, signal, (options) => api.version.getCode(options));
  const [permissions, identity, notServed] = await Promise.all([
    reviewAccess(api, namespaces, signal),
    identityOf(api, signal),
    Promise.all((Object.keys(SPOKEN) as Version[]).map(async (one) => missingOf(api, one, signal))),
  ]);
  return {
    identity,
    version: `Kubernetes ${gitVersion}`,
    namespaces,
    rights: namespaces.flatMap((namespace) => rightsIn(namespace, permissions)),
    notServed: notServed.flat(),
    clock: api.clock,
  };
}

function rightsIn(namespace: string, permissions: readonly Permission[]): NamespaceRight[] {
  return clusterPermissions.map((permission) => ({
    namespace,
    permission,
    missingVerbs: permission.verbs.filter((verb) =>
      permissions.some(
        (one) =>
          one.namespace === namespace &&
          one.group === permission.group &&
          one.resource === permission.resource &&
          one.verb === verb &&
          !one.allowed,
      ),
    ),
  }));
}

/** Kubernetes tells who somebody is since 1.28; before that nobody can ask. */
async function identityOf(api: Api, signal: AbortSignal): Promise<string | null> {
  const request = askFor('selfsubjectreviews', 'authentication.k8s.io');
  try {
    const { status } = await api.read(request, signal, (options) =>
      api.authentication.createSelfSubjectReview({ body: {} }, options),
    );
    return status?.userInfo?.username ?? null;
  } catch (error) {
    signal.throwIfAborted();
    if (isFirebreakError(error) && error.code !== 'kubernetes-unreachable') return null;
    throw error;
  }
}

/** What Firebreak uses of a version of the API and the server does not list. */
async function missingOf(api: Api, version: Version, signal: AbortSignal): Promise<string[]> {
  const used = [
    ...new Set(
      clusterPermissions.flatMap(({ group, resource }) => (group === SPOKEN[version] ? [resource] : [])),
    ),
  ];
  try {
    const { resources } = await api.read(askFor(version, SPOKEN[version]), signal, (options) =>
      discover(api, version, options),
    );
    return used
      .filter((one) => !resources.some(({ name }) => name === one))
      .map((one) => `${one} (${version})`);
  } catch (error) {
    signal.throwIfAborted();
    if (isFirebreakError(error) && error.code === 'kubernetes-not-found')
      return used.map((one) => `${one} (${version})`);
    throw error;
  }
}

function discover(api: Api, version: Version, options: CallOptions) {
  switch (version) {
    case 'v1':
      return api.core.getAPIResources(options);
    case 'batch/v1':
      return api.batch.getAPIResources(options);
    case 'apps/v1':
      return api.apps.getAPIResources(options);
    case 'autoscaling/v2':
      return api.autoscaling.getAPIResources(options);
  }
}

/** What an error calls the request. */
function askFor(resource: string, group: Request['group']): Request {
  return { verb: 'get', resource, group, namespace: 'the cluster' };
}
