import { badRequest, invalid } from '../api-error.ts';
import { type Attributes, authorize, rulesOf } from '../auth/rbac.ts';
import { isObject, type JsonObject, section } from '../objects.ts';
import { apiVersionOf, type Resource } from '../resources.ts';
import type { ObjectStore } from '../store.ts';
import { readObject } from './body.ts';
import type { ApiRequest, ApiResponse } from './request.ts';

/** Answers the reviews by which a client asks what it may do and who it is (notes §4). */
export function review(store: ObjectStore, request: ApiRequest, resource: Resource): ApiResponse {
  const body = readObject(request, resource);
  const spec = section(body, 'spec');
  const status = statusOf(store, request, resource, spec);
  const metadata = { creationTimestamp: null, ...section(body, 'metadata') };
  const head = { kind: resource.kind, apiVersion: apiVersionOf(resource), metadata };
  return { code: 201, body: { ...head, ...(resource.kind === 'SelfSubjectReview' ? {} : { spec }), status } };
}

function statusOf(
  store: ObjectStore,
  { user }: ApiRequest,
  resource: Resource,
  spec: JsonObject,
): JsonObject {
  if (resource.kind === 'SelfSubjectReview')
    return { userInfo: { username: user.name, groups: user.groups } };
  if (resource.kind === 'SelfSubjectRulesReview') {
    const { namespace } = spec;
    if (typeof namespace !== 'string' || namespace === '') throw badRequest('no namespace on request');
    const rules = rulesOf(store, user, namespace).map(({ rule }) => rule);
    return {
      resourceRules: rules.filter(({ resources }) => resources !== undefined),
      nonResourceRules: rules.filter(({ nonResourceURLs }) => nonResourceURLs !== undefined),
      incomplete: false,
    };
  }
  const { allowed, reason } = authorize(store, user, wantedOf(resource, spec));
  return reason === '' ? { allowed } : { allowed, reason };
}

function wantedOf(resource: Resource, spec: JsonObject): Attributes {
  const { resourceAttributes: attributes, nonResourceAttributes: url } = spec;
  const text = (from: JsonObject, key: string) => (typeof from[key] === 'string' ? from[key] : '');
  if (isObject(url)) return { verb: text(url, 'verb'), path: text(url, 'path') };
  if (!isObject(attributes)) {
    const message =
      'Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified';
    throw invalid(resource, '', [{ reason: 'FieldValueInvalid', field: 'spec.resourceAttributes', message }]);
  }
  const subresource = text(attributes, 'subresource');
  return {
    verb: text(attributes, 'verb'),
    group: text(attributes, 'group'),
    resource:
      subresource === '' ? text(attributes, 'resource') : `${text(attributes, 'resource')}/${subresource}`,
    namespace: text(attributes, 'namespace') || undefined,
    name: text(attributes, 'name'),
  };
}
