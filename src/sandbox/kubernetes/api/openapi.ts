import { apiVersionOf, RESOURCES, type Resource } from '../resources.ts';
import type { ApiResponse } from './request.ts';

const ROOT = '/openapi/v3';

/**
 * Answers with the part of OpenAPI v3 that kubectl asks for before it writes: whether the server validates fields itself.
 * Without it kubectl refuses to apply anything. Null for paths that are no document.
 */
export function openApi(path: string): ApiResponse | null {
  const groups = Map.groupBy(RESOURCES, rootOf);
  if (path === ROOT) {
    const paths = [...groups.keys()].map((root) => [root, { serverRelativeURL: `${ROOT}/${root}` }]);
    return { code: 200, body: { paths: Object.fromEntries(paths) } };
  }
  const resources = groups.get(path.slice(ROOT.length + 1));
  if (resources === undefined) return null;
  const info = { title: 'Kubernetes', version: 'unversioned' };
  const paths = Object.fromEntries(resources.map((resource) => [pathOf(resource), operationsOf(resource)]));
  return { code: 200, body: { openapi: '3.0.0', info, paths } };
}

/** `api/v1`, or `apis/apps/v1`. */
const rootOf = (resource: Resource) => `${resource.group === '' ? 'api' : 'apis'}/${apiVersionOf(resource)}`;

function pathOf(resource: Resource): string {
  const namespace = resource.namespaced ? 'namespaces/{namespace}/' : '';
  return `/${rootOf(resource)}/${namespace}${resource.plural}/{name}`;
}

function operationsOf({ group, version, kind }: Resource): object {
  const parameters = [{ name: 'fieldValidation', in: 'query', schema: { type: 'string' } }];
  const named = { 'x-kubernetes-group-version-kind': { group, version, kind } };
  return { patch: { parameters, responses: {}, ...named } };
}
