import { unknownResource } from '../api-error.ts';
import { apiVersionOf, RESOURCES, type Resource } from '../resources.ts';
import { openApi } from './openapi.ts';
import type { ApiRequest, ApiResponse } from './request.ts';

const VERSION = {
  major: '1',
  minor: '32',
  gitVersion: 'v1.32.13+firebreak-sandbox',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '2026-01-01T00:00:00Z',
  goVersion: '',
  compiler: 'gc',
  platform: 'sandbox',
};

/** Answers the URLs that are no resources: version, health, and the lists of groups and resources. */
export function discover({ path: raw }: ApiRequest): ApiResponse {
  const path = raw.replace(/\/+$/, '');
  if (path === '/version') return { code: 200, body: VERSION };
  if (['/healthz', '/readyz', '/livez'].includes(path)) return { code: 200, body: 'ok' };
  if (path === '/api')
    return { code: 200, body: { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] } };
  const groups = [...new Set(RESOURCES.map(({ group }) => group))].filter((group) => group !== '');
  if (path === '/apis') {
    return { code: 200, body: { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(groupOf) } };
  }
  const [, root, ...rest] = path.split('/');
  const groupVersion = root === 'api' ? rest[0] : rest.join('/');
  const resources = RESOURCES.filter((resource) => apiVersionOf(resource) === groupVersion);
  if (resources.length > 0 && (root === 'api') === (resources[0]?.group === '')) {
    return { code: 200, body: resourceList(groupVersion ?? '', resources) };
  }
  const [group = ''] = rest;
  if (root === 'apis' && rest.length === 1 && groups.includes(group)) {
    return { code: 200, body: { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(group) } };
  }
  if (root === 'apis') return { code: 404, body: '404 page not found\n' };
  const document = openApi(path);
  if (document !== null) return document;
  throw unknownResource();
}

function groupOf(name: string): object {
  const versions = [
    ...new Set(RESOURCES.filter(({ group }) => group === name).map(({ version }) => version)),
  ];
  const list = versions.map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: list, preferredVersion: list[0] };
}

function resourceList(groupVersion: string, resources: readonly Resource[]): object {
  const entries = resources.flatMap((resource) => {
    const { plural, kind, namespaced, shortNames, verbs } = resource;
    const main = { name: plural, singularName: kind.toLowerCase(), namespaced, kind, verbs };
    const short = shortNames.length === 0 ? {} : { shortNames };
    const subs = resource.subresources.map((name) => ({
      name: `${plural}/${name}`,
      singularName: '',
      namespaced,
      kind,
      verbs: ['status', 'scale'].includes(name)
        ? ['get', 'patch', 'update']
        : name === 'log'
          ? ['get']
          : ['create'],
    }));
    return [{ ...main, ...short }, ...subs];
  });
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: entries };
}

/** Says whether any resource of an API group is served. */
export function isKnownGroup(group: string, version: string): boolean {
  return RESOURCES.some((resource) => resource.group === group && resource.version === version);
}
