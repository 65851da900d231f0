import * as k8s from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cronJob, sleepingJob, sleepingPod, until } from './manifests.ts';
import { openTarget, type Target } from './target.ts';

let target: Target;
let base: string;

beforeAll(async () => {
  target = await openTarget();
  base = `/api/v1/namespaces/${target.namespace}`;
  for (const name of ['cm1', 'cm2', 'cm3']) {
    const body = { metadata: { name, labels: { kind: 'page', name } }, data: {} };
    await target.raw({ method: 'POST', path: `${base}/configmaps`, body });
  }
});

afterAll(async () => target[Symbol.asyncDispose]());

const PAGE = 'labelSelector=kind%3Dpage';
const names = (json: { items: { metadata: { name: string } }[] }) =>
  json.items.map(({ metadata }) => metadata.name);
const lines = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('lists', () => {
  test('items carry neither kind nor apiVersion', async () => {
    const { json } = await target.raw({ path: `${base}/configmaps?${PAGE}` });
    expect(json).toMatchObject({ kind: 'ConfigMapList', apiVersion: 'v1' });
    expect(json.items[0].kind).toBeUndefined();
    expect(json.items[0].apiVersion).toBeUndefined();
  });

  test('pages continue where they stopped; a selector hides the remaining count', async () => {
    const first = (await target.raw({ path: `${base}/configmaps?limit=1` })).json;
    const all = (await target.raw({ path: `${base}/configmaps` })).json;
    expect(first.metadata.remainingItemCount).toBe(all.items.length - 1);
    const { v, rv } = JSON.parse(Buffer.from(first.metadata.continue, 'base64url').toString());
    expect({ v, rv: String(rv) }).toEqual({ v: 'meta.k8s.io/v1', rv: first.metadata.resourceVersion });

    const page = (await target.raw({ path: `${base}/configmaps?limit=2&${PAGE}` })).json;
    expect(names(page)).toEqual(['cm1', 'cm2']);
    expect(page.metadata.remainingItemCount).toBeUndefined();
    await target.raw({
      method: 'POST',
      path: `${base}/configmaps`,
      body: { metadata: { name: 'cm2a', labels: { kind: 'page' } } },
    });
    const next = `${base}/configmaps?limit=2&${PAGE}&continue=${page.metadata.continue}`;
    const last = (await target.raw({ path: next })).json;
    expect(names(last)).toEqual(['cm3']);
    expect(last.metadata.continue).toBeUndefined();
    expect((await target.raw({ path: `${base}/configmaps?limit=2&continue=abc` })).code).toBe(400);
  });

  test('labels select by equality, by set, by presence', async () => {
    const select = async (selector: string) =>
      names(
        (await target.raw({ path: `${base}/configmaps?labelSelector=${encodeURIComponent(selector)}` })).json,
      );
    expect(await select('name in (cm1,cm3),kind=page')).toEqual(['cm1', 'cm3']);
    expect(await select('kind,name!=cm1,name')).toEqual(['cm2', 'cm3']);
    expect(await select('name notin (cm1, cm2),name')).toEqual(['cm3']);
    expect(await select('kind=page,!name')).toEqual(['cm2a']);
  });

  test('CronJobs are selected by name only, and other fields are refused', async () => {
    const path = `/apis/batch/v1/namespaces/${target.namespace}/cronjobs`;
    const { json } = await target.raw({ path: `${path}?fieldSelector=spec.suspend%3Dtrue` });
    expect(json).toMatchObject({ code: 400, reason: 'BadRequest' });
    expect(json.message).toContain(
      '"spec.suspend" is not a known field selector: only "metadata.name", "metadata.namespace"',
    );
    expect((await target.raw({ path: `${path}?fieldSelector=metadata.name%3Dx` })).code).toBe(200);
  });

  test('a list of a namespace that does not exist is empty (trap 10)', async () => {
    const { json } = await target.raw({ path: '/api/v1/namespaces/firebreak-nowhere/pods' });
    expect(json).toMatchObject({ kind: 'PodList', items: [] });
  });

  test('a version from the future is a timeout with a hint to retry', async () => {
    const answer = await target.raw({ path: `${base}/configmaps?resourceVersion=999999999` });
    expect(answer).toMatchObject({
      code: 504,
      json: { reason: 'Timeout', details: { causes: [{ reason: 'ResourceVersionTooLarge' }] } },
    });
    expect(answer.headers['retry-after']).toBe('1');
  });
});

describe('watches', () => {
  test('stream what happened since a version and end at the timeout', async () => {
    const { json } = await target.raw({ path: `${base}/configmaps` });
    const path = `${base}/configmaps?watch=true&timeoutSeconds=2&resourceVersion=${json.metadata.resourceVersion}&labelSelector=watched`;
    const watching = target.raw({ path });
    const one = `${base}/configmaps/seen`;
    const body = { metadata: { name: 'seen', labels: { watched: 'yes' } } };
    await target.raw({ method: 'POST', path: `${base}/configmaps`, body });
    const type = 'application/merge-patch+json';
    await target.raw({ method: 'PATCH', path: one, type, body: { data: { a: 'b' } } });
    await target.raw({ method: 'PATCH', path: one, type, body: { metadata: { labels: { watched: null } } } });
    const answer = await watching;
    expect(answer.code).toBe(200);
    expect(lines(answer.text).map((event) => event.type)).toEqual(['ADDED', 'MODIFIED', 'DELETED']);
    expect(lines(answer.text)[0].object).toMatchObject({ kind: 'ConfigMap', metadata: { name: 'seen' } });
  });

  test('initial events end with a marked bookmark', async () => {
    const query =
      'watch=true&timeoutSeconds=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
    const { text } = await target.raw({ path: `${base}/configmaps?${query}&labelSelector=name%3Dcm1` });
    const [added, bookmark] = lines(text);
    expect(added).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'cm1' } } });
    expect(bookmark).toMatchObject({ type: 'BOOKMARK', object: { kind: 'ConfigMap' } });
    expect(bookmark.object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
  });

  test('a version that is too old is one ERROR line under status 200', async () => {
    const answer = await target.raw({
      path: `${base}/configmaps?watch=true&resourceVersion=5&timeoutSeconds=2`,
    });
    expect(answer.code).toBe(200);
    const [error] = lines(answer.text);
    expect(error).toMatchObject({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } });
    expect(error.object.message).toMatch(/^too old resource version: 5 \(\d+\)$/);
  });

  test('the client library sees live events', async () => {
    const seen: string[] = [];
    const watch = new k8s.Watch(target.limited);
    const path = `/apis/batch/v1/namespaces/${target.namespace}/cronjobs`;
    const abort = await watch.watch(
      path,
      {},
      (type, object: k8s.V1CronJob) => seen.push(`${type} ${object.metadata?.name}`),
      () => undefined,
    );
    await target.raw({ method: 'POST', path, body: cronJob('watched') });
    await until('the event', async () => seen.includes('ADDED watched'));
    abort.abort();
  });
});

describe('quotas and limits', () => {
  const quota = async (name: string, hard: object) =>
    target.raw({
      method: 'POST',
      path: `${base}/resourcequotas`,
      body: { metadata: { name }, spec: { hard } },
    });

  test('count finished and suspended Jobs, and refuse one too many (trap 11)', async () => {
    await quota('jobs', { 'count/jobs.batch': '1' });
    const used = async () => (await target.raw({ path: `${base}/resourcequotas/jobs` })).json.status?.used;
    await until('the quota to be measured', async () => (await used())?.['count/jobs.batch'] === '0');
    const path = `/apis/batch/v1/namespaces/${target.namespace}/jobs`;
    const body = sleepingJob('one', 300, { suspend: true });
    expect((await target.raw({ method: 'POST', path, body })).code).toBe(201);
    const { json } = await target.raw({ method: 'POST', path, body: sleepingJob('two') });
    expect(json).toMatchObject({
      code: 403,
      reason: 'Forbidden',
      message:
        'jobs.batch "two" is forbidden: exceeded quota: jobs, requested: count/jobs.batch=1, used: count/jobs.batch=1, limited: count/jobs.batch=1',
    });
    await until('the used count', async () => (await used())?.['count/jobs.batch'] === '1');
  });

  test('a LimitRange refuses too much memory and fills in its defaults', async () => {
    const limits = [
      {
        type: 'Container',
        max: { memory: '200Mi' },
        default: { memory: '100Mi' },
        defaultRequest: { memory: '50Mi' },
      },
    ];
    await target.raw({
      method: 'POST',
      path: `${base}/limitranges`,
      body: { metadata: { name: 'memory' }, spec: { limits } },
    });
    const spec = sleepingPod();
    const greedy = {
      ...spec,
      containers: spec.containers.map((main) => ({ ...main, resources: { limits: { memory: '1Gi' } } })),
    };
    const path = `${base}/pods`;
    const create = async (name: string, pod: object) =>
      target.raw({ method: 'POST', path, body: { metadata: { name }, spec: pod } });
    const refused = await until('the limit to be known', async () => {
      const answer = await create('greedy', greedy);
      return answer.code === 403 && answer;
    });
    expect(refused.json.message).toContain('maximum memory usage per Container is 200Mi, but limit is 1Gi');
    const { json } = await create('modest', spec);
    expect(json.spec.containers[0].resources).toEqual({
      limits: { memory: '100Mi' },
      requests: { memory: '50Mi' },
    });
    expect(json.metadata.annotations['kubernetes.io/limit-ranger']).toContain('LimitRanger plugin set');
  });

  test('a pod quota names what was asked, used and limited', async () => {
    await quota('db-protect', { pods: '1' });
    const used = async () =>
      (await target.raw({ path: `${base}/resourcequotas/db-protect` })).json.status?.used?.pods;
    await until('the quota to be measured', async () => (await used()) === '1');
    const { json } = await target.raw({
      method: 'POST',
      path: `${base}/pods`,
      body: { metadata: { name: 'p2' }, spec: sleepingPod() },
    });
    expect(json.message).toBe(
      'pods "p2" is forbidden: exceeded quota: db-protect, requested: pods=1, used: pods=1, limited: pods=1',
    );
  });
});
