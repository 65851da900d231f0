import * as k8s from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACCOUNT, openTarget, type Target } from './target.ts';

let target: Target;
let user: string;
let binding: string;

beforeAll(async () => {
  target = await openTarget();
  user = `system:serviceaccount:${target.namespace}:${ACCOUNT}`;
  binding = `${ACCOUNT}/${target.namespace}`;
});

afterAll(async () => target[Symbol.asyncDispose]());

describe('who asks', () => {
  test('a token that nobody has is 401', async () => {
    const answer = await target.raw({ path: '/api/v1/pods', token: 'expired' });
    expect(answer.code).toBe(401);
    expect(answer.json).toMatchObject({
      kind: 'Status',
      reason: 'Unauthorized',
      message: 'Unauthorized',
      code: 401,
    });
  });

  test('no token is the anonymous user, who sees version and health only', async () => {
    const denied = await target.raw({ path: '/api/v1/pods', as: 'anonymous' });
    expect(denied.json.message).toBe(
      'pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" at the cluster scope',
    );
    expect((await target.raw({ path: '/version', as: 'anonymous' })).json.major).toBe('1');
    expect(await target.raw({ path: '/readyz', as: 'anonymous' })).toMatchObject({ code: 200, text: 'ok' });
    expect(await target.raw({ path: '/healthz', as: 'anonymous' })).toMatchObject({ code: 200, text: 'ok' });
  });

  test('an account learns its own name without any grant', async () => {
    const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
    const answer = await target.raw({ method: 'POST', path, as: 'limited', body: {} });
    expect(answer).toMatchObject({ code: 201, json: { status: { userInfo: { username: user } } } });
  });
});

describe('what is refused', () => {
  test('a patch in another namespace is 403 even when the CronJob does not exist (trap 10)', async () => {
    const answer = await target.raw({
      method: 'PATCH',
      path: '/apis/batch/v1/namespaces/default/cronjobs/nope',
      type: 'application/merge-patch+json',
      body: {},
      as: 'limited',
    });
    expect(answer.json).toMatchObject({
      code: 403,
      reason: 'Forbidden',
      message: `cronjobs.batch "nope" is forbidden: User "${user}" cannot patch resource "cronjobs" in API group "batch" in the namespace "default"`,
      details: { name: 'nope', group: 'batch', kind: 'cronjobs' },
    });
  });

  test('a list names no object, and says when it is about the whole cluster', async () => {
    const message = async (path: string) => (await target.raw({ path, as: 'limited' })).json.message;
    expect(await message('/api/v1/namespaces/default/pods')).toBe(
      `pods is forbidden: User "${user}" cannot list resource "pods" in API group "" in the namespace "default"`,
    );
    expect(await message('/apis/batch/v1/cronjobs')).toBe(
      `cronjobs.batch is forbidden: User "${user}" cannot list resource "cronjobs" in API group "batch" at the cluster scope`,
    );
  });

  test('a verb that the Role lacks is refused in the own namespace too', async () => {
    const path = `/api/v1/namespaces/${target.namespace}/pods/x`;
    expect((await target.raw({ method: 'DELETE', path, as: 'limited' })).code).toBe(403);
  });
});

describe('self subject access reviews', () => {
  const ask = async (resourceAttributes: k8s.V1ResourceAttributes) => {
    const api = target.limited.makeApiClient(k8s.AuthorizationV1Api);
    const { status } = await api.createSelfSubjectAccessReview({ body: { spec: { resourceAttributes } } });
    return status;
  };

  test('an allowed action names binding, role and account', async () => {
    const { namespace } = target;
    expect(await ask({ namespace, verb: 'patch', group: 'batch', resource: 'cronjobs' })).toMatchObject({
      allowed: true,
      reason: `RBAC: allowed by RoleBinding "${binding}" of Role "${ACCOUNT}" to ServiceAccount "${binding}"`,
    });
  });

  test('a denied action is just not allowed, as is one in a group that does not exist', async () => {
    const { namespace } = target;
    const denied = await ask({ namespace, verb: 'delete', group: 'batch', resource: 'cronjobs' });
    expect(denied?.allowed).toBe(false);
    expect(denied?.reason).toBeUndefined();
    expect(denied?.denied).toBeUndefined();
    expect((await ask({ namespace, verb: 'get', group: 'none.example', resource: 'things' }))?.allowed).toBe(
      false,
    );
  });

  test('an empty question is 422, and anonymous users may not ask', async () => {
    const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
    expect((await target.raw({ method: 'POST', path, body: { spec: {} } })).code).toBe(422);
    expect((await target.raw({ method: 'POST', path, body: { spec: {} }, as: 'anonymous' })).code).toBe(403);
  });

  test('a rules review lists the rules of the namespace', async () => {
    const path = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews';
    const body = { spec: { namespace: target.namespace } };
    const answer = await target.raw({ method: 'POST', path, body, as: 'limited' });
    expect(answer).toMatchObject({ code: 201, json: { status: { incomplete: false } } });
    const resources = answer.json.status.resourceRules.flatMap(
      (rule: { resources: string[] }) => rule.resources,
    );
    expect(resources).toContain('cronjobs');
  });
});

describe('discovery', () => {
  test('lists groups, versions and resources to any account', async () => {
    const groups = await target.limited.makeApiClient(k8s.ApisApi).getAPIVersions();
    expect(groups.groups.map(({ name }) => name)).toContain('batch');
    const { resources } = await target.limited.makeApiClient(k8s.BatchV1Api).getAPIResources();
    expect(resources).toContainEqual(
      expect.objectContaining({ name: 'cronjobs', kind: 'CronJob', namespaced: true }),
    );
    expect((await target.raw({ path: '/api', as: 'limited' })).json.versions).toEqual(['v1']);
  });
});
