import { type DeleteOptions, deleteObject, orphansByDefault, type PropagationPolicy } from '../deletion.ts';
import { isObject, type JsonObject, section } from '../objects.ts';
import type { Registry } from '../registry.ts';
import { apiVersionOf, PODS, type Resource } from '../resources.ts';
import { parseJson, writeOptions } from './body.ts';
import { selectorOf } from './list.ts';
import type { ApiRequest, ApiResponse } from './request.ts';

const ORPHAN_WARNING =
  'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning.';

/** Deletes one object: 200 with a Success status when it is gone, with the object when it is still ending. */
export function deleteOne(registry: Registry, request: ApiRequest, resource: Resource): ApiResponse {
  const { namespace, name } = request.info;
  const stored = registry.get(resource, namespace, name);
  const body = deleteBody(request);
  registry.checkUid(resource, stored, section(body, 'preconditions').uid);
  const options = deleteOptions(request, body);
  const { object, removed } = deleteObject(registry, resource, stored, options);
  const warnings = warningsOf(resource, options);
  if (!removed || resource === PODS) return { code: 200, body: object, warnings };
  const { group, plural } = resource;
  const details = { name, ...(group === '' ? {} : { group }), kind: plural, uid: stored.metadata.uid };
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
  return { code: 200, body: status, warnings };
}

/** Deletes every selected object of a collection and answers with their list. */
export function deleteCollection(registry: Registry, request: ApiRequest, resource: Resource): ApiResponse {
  const selects = selectorOf(resource, request.query);
  const options = deleteOptions(request, deleteBody(request));
  const items = registry.store.list(resource, request.info.namespace).filter(selects);
  for (const object of items) deleteObject(registry, resource, object, options);
  const metadata = { resourceVersion: String(registry.store.version) };
  const body = { kind: `${resource.kind}List`, apiVersion: apiVersionOf(resource), metadata, items };
  return { code: 200, body, warnings: items.length > 0 ? warningsOf(resource, options) : [] };
}

function warningsOf(resource: Resource, { propagationPolicy }: DeleteOptions): string[] {
  return propagationPolicy === undefined && orphansByDefault(resource) ? [ORPHAN_WARNING] : [];
}

function deleteBody({ body }: ApiRequest): JsonObject {
  const parsed = body.trim() === '' ? {} : parseJson(body, '');
  return isObject(parsed) ? parsed : {};
}

/** Options come from the body or the query; the query's policy wins only when the body names none. */
function deleteOptions(request: ApiRequest, body: JsonObject): DeleteOptions {
  const { query } = request;
  const policies: PropagationPolicy[] = ['Background', 'Foreground', 'Orphan'];
  const asked = body.propagationPolicy ?? query.get('propagationPolicy');
  const orphan = body.orphanDependents ?? query.get('orphanDependents');
  const legacy =
    orphan === true || orphan === 'true'
      ? 'Orphan'
      : orphan === false || orphan === 'false'
        ? 'Background'
        : undefined;
  const grace = body.gracePeriodSeconds ?? query.get('gracePeriodSeconds') ?? undefined;
  return {
    propagationPolicy: policies.find((policy) => policy === asked) ?? legacy,
    gracePeriodSeconds: grace === undefined ? undefined : Number(grace),
    dryRun: writeOptions(request).dryRun || (Array.isArray(body.dryRun) && body.dryRun.includes('All')),
  };
}
