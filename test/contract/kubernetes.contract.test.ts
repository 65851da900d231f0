import * as k8s from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cronJob } from './kubernetes/manifests.ts';
import { openTarget, type Target } from './kubernetes/target.ts';

const MERGE = 'application/merge-patch+json';
const merge = k8s.setHeaderOptions('Content-Type', k8s.PatchStrategy.MergePatch);

let target: Target;
let cronJobs: string;
let path: string;

beforeAll(async () => {
  target = await openTarget();
  cronJobs = `/apis/batch/v1/namespaces/${target.namespace}/cronjobs`;
  path = `${cronJobs}/etl`;
  await target.raw({ method: 'POST', path: `${cronJobs}?fieldManager=creator`, body: cronJob('etl') });
});

afterAll(async () => target[Symbol.asyncDispose]());

const patch = async (body: string | object, type = MERGE, query = '') =>
  target.raw({ method: 'PATCH', path: `${path}${query}`, body, type });

describe('patching a CronJob', () => {
  test('a merge patch through the client changes suspend, generation and version, and names its manager', async () => {
    const batch = target.limited.makeApiClient(k8s.BatchV1Api);
    const { namespace } = target;
    const before = await batch.readNamespacedCronJob({ name: 'etl', namespace });
    const body = { spec: { suspend: true } };
    const options = { name: 'etl', namespace, body, fieldManager: 'pg-guard', fieldValidation: 'Strict' };
    const after = await batch.patchNamespacedCronJob(options, merge);
    expect(after.spec?.suspend).toBe(true);
    expect(after.metadata?.generation).toBe((before.metadata?.generation ?? 0) + 1);
    expect(after.metadata?.resourceVersion).not.toBe(before.metadata?.resourceVersion);
    const mine = after.metadata?.managedFields?.find(({ manager }) => manager === 'pg-guard');
    expect(mine).toMatchObject({ operation: 'Update', fieldsV1: { 'f:spec': { 'f:suspend': {} } } });
    const again = await batch.patchNamespacedCronJob(options, merge);
    expect(again.metadata?.resourceVersion).toBe(after.metadata?.resourceVersion);
    expect(again.metadata?.generation).toBe(after.metadata?.generation);
  });

  test('the client without a content type sends a JSON patch, which refuses an object', async () => {
    const batch = target.limited.makeApiClient(k8s.BatchV1Api);
    const call = batch.patchNamespacedCronJob({ name: 'etl', namespace: target.namespace, body: {} });
    await expect(call).rejects.toSatisfy((error: unknown) => {
      expect(error).toBeInstanceOf(k8s.ApiException);
      const { code, body } = error as k8s.ApiException<string>;
      expect(code).toBe(400);
      expect(JSON.parse(body).message).toBe(
        'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
      );
      return true;
    });
  });

  test('a strategic merge patch and a JSON patch do the same', async () => {
    const strategic = await patch({ spec: { suspend: false } }, 'application/strategic-merge-patch+json');
    expect(strategic).toMatchObject({ code: 200, json: { spec: { suspend: false } } });
    const operations = [
      { op: 'test', path: '/spec/suspend', value: false },
      { op: 'replace', path: '/spec/suspend', value: true },
    ];
    const json = await patch(operations, 'application/json-patch+json');
    expect(json).toMatchObject({ code: 200, json: { spec: { suspend: true } } });
    const failing = await patch(operations, 'application/json-patch+json');
    expect(failing.code).toBe(422);
    expect(failing.json).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'the server rejected our request due to an error in our request',
      reason: 'Invalid',
      details: {},
      code: 422,
    });
  });

  test.each([
    {
      name: 'plain JSON',
      body: '{}',
      type: 'application/json',
      code: 415,
      reason: 'UnsupportedMediaType',
      says: '415: Unsupported Media Type',
    },
    {
      name: 'half a document',
      body: '{"spec":',
      type: MERGE,
      code: 400,
      reason: 'BadRequest',
      says: 'error decoding patch: unexpected end of JSON input',
    },
    {
      name: 'a schedule of words',
      body: { spec: { schedule: 'every day' } },
      code: 422,
      reason: 'Invalid',
      says: 'CronJob.batch "etl" is invalid: spec.schedule: Invalid value: "every day": expected exactly 5 fields, found 2: [every day]',
    },
    {
      name: 'a zone in the schedule',
      body: { spec: { schedule: 'TZ=UTC 0 0 * * *' } },
      code: 422,
      reason: 'Invalid',
      says: 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
    },
    {
      name: 'a zone nobody knows',
      body: { spec: { timeZone: 'Mars/Base' } },
      code: 422,
      reason: 'Invalid',
      says: 'unknown time zone Mars/Base',
    },
    {
      name: 'text as suspend',
      body: { spec: { suspend: 'yes' } },
      code: 422,
      reason: 'Invalid',
      says: 'json: cannot unmarshal string into Go struct field CronJobSpec.spec.suspend of type bool',
    },
    {
      name: 'an older version',
      body: { metadata: { resourceVersion: '1' } },
      code: 409,
      reason: 'Conflict',
      says: 'Operation cannot be fulfilled on cronjobs.batch "etl": the object has been modified; please apply your changes to the latest version and try again',
    },
    {
      name: 'another uid',
      body: { metadata: { uid: '0b5e2a2e-0000-4000-8000-000000000000' } },
      code: 422,
      reason: 'Invalid',
      says: 'field is immutable',
    },
  ])('refuses $name with $code', async ({ body, type, code, reason, says }) => {
    const answer = await patch(body, type ?? MERGE);
    expect(answer.code).toBe(code);
    expect(answer.json).toMatchObject({ kind: 'Status', status: 'Failure', reason, code });
    expect(answer.json.message).toContain(says);
    expect(answer.text.endsWith('\n')).toBe(true);
  });

  test('a wrong schedule names the field among the causes', async () => {
    const { json } = await patch({ spec: { schedule: 'every day' } });
    expect(json.details).toMatchObject({ name: 'etl', group: 'batch', kind: 'CronJob' });
    expect(json.details.causes[0]).toMatchObject({ reason: 'FieldValueInvalid', field: 'spec.schedule' });
  });

  test('a null goes back to the default', async () => {
    await patch({ spec: { suspend: true } });
    expect(await patch({ spec: { suspend: null } })).toMatchObject({
      code: 200,
      json: { spec: { suspend: false } },
    });
  });

  test('a misspelt field only warns and changes nothing, unless validation is strict (trap 8)', async () => {
    const before = await target.raw({ path });
    const warned = await patch({ spec: { suspendd: true } });
    expect(warned.code).toBe(200);
    expect(warned.headers.warning).toBe('299 - "unknown field \\"spec.suspendd\\""');
    expect(warned.json.metadata.resourceVersion).toBe(before.json.metadata.resourceVersion);
    const strict = await patch({ spec: { suspendd: true } }, MERGE, '?fieldValidation=Strict');
    expect(strict.code).toBe(422);
    expect(strict.json.message).toContain('strict decoding error: unknown field "spec.suspendd"');
    const operation = [{ op: 'replace', path: '/spec/x', value: true }];
    const json = await patch(operation, 'application/json-patch+json');
    expect(json).toMatchObject({ code: 200, headers: { warning: '299 - "unknown field \\"spec.x\\""' } });
  });

  test('a dry run shows the result with the old version and stores nothing (trap 9)', async () => {
    const before = await target.raw({ path });
    const dry = await patch({ spec: { suspend: true } }, MERGE, '?dryRun=All');
    expect(dry.json.spec.suspend).toBe(true);
    expect(dry.json.metadata.generation).toBe(before.json.metadata.generation + 1);
    expect(dry.json.metadata.resourceVersion).toBe(before.json.metadata.resourceVersion);
    expect((await target.raw({ path })).json.spec.suspend).toBe(false);
    expect((await patch({}, MERGE, '?dryRun=true')).code).toBe(422);
  });

  test('server-side apply conflicts with another owner, needs a manager, and can be forced', async () => {
    await patch({ spec: { suspend: true } }, MERGE, '?fieldManager=unknown');
    const config = 'apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: etl}\nspec: {suspend: false}\n';
    const yaml = 'application/apply-patch+yaml';
    const clash = await patch(config, yaml, '?fieldManager=pg-guard-apply');
    expect(clash.code).toBe(409);
    expect(clash.json.reason).toBe('Conflict');
    const says = 'Apply failed with 1 conflict: conflict with "unknown" using batch/v1: .spec.suspend';
    expect(clash.json.message).toBe(says);
    expect(clash.json.details.causes[0]).toMatchObject({
      reason: 'FieldManagerConflict',
      field: '.spec.suspend',
    });
    const forced = await patch(config, yaml, '?fieldManager=pg-guard-apply&force=true');
    expect(forced).toMatchObject({ code: 200, json: { spec: { suspend: false } } });
    expect((await patch(config, yaml)).code).toBe(422);
  });

  test('a put with an older version conflicts', async () => {
    const { json } = await target.raw({ path });
    const body = { ...json, metadata: { ...json.metadata, resourceVersion: '1' } };
    const answer = await target.raw({ method: 'PUT', path, body });
    expect(answer).toMatchObject({
      code: 409,
      json: { details: { name: 'etl', group: 'batch', kind: 'cronjobs' } },
    });
  });

  test('names that are unknown, taken or too long are refused', async () => {
    const unknown = await target.raw({ method: 'PATCH', path: `${cronJobs}/nope`, body: {}, type: MERGE });
    expect(unknown.json).toMatchObject({
      code: 404,
      reason: 'NotFound',
      message: 'cronjobs.batch "nope" not found',
    });
    expect(unknown.json.details).toEqual({ name: 'nope', group: 'batch', kind: 'cronjobs' });
    const taken = await target.raw({ method: 'POST', path: cronJobs, body: cronJob('etl') });
    expect(taken.json).toMatchObject({
      code: 409,
      reason: 'AlreadyExists',
      message: 'cronjobs.batch "etl" already exists',
    });
    const long = await target.raw({ method: 'POST', path: cronJobs, body: cronJob('x'.repeat(53)) });
    expect(long.code).toBe(422);
    expect(long.json.message).toContain('must be no more than 52 characters');
  });
});

describe('answers of the server', () => {
  test('every answer carries the audit and flow headers', async () => {
    const { headers } = await target.raw({ path });
    expect(headers['audit-id']).toBeDefined();
    expect(headers['cache-control']).toBe('no-cache, private');
    expect(headers['x-kubernetes-pf-flowschema-uid']).toBeDefined();
    expect(headers['x-kubernetes-pf-prioritylevel-uid']).toBeDefined();
    expect(headers['content-type']).toBe('application/json');
  });

  test('curl gets indented JSON', async () => {
    expect((await target.raw({ path, agent: 'curl/8.0' })).text).toMatch(/^\{\n {2}"/);
  });

  test('unknown groups are plain text, unknown resources a status, wrong verbs 405', async () => {
    expect(await target.raw({ path: '/apis/none.example/v1/things' })).toMatchObject({
      code: 404,
      text: '404 page not found\n',
    });
    const unknown = await target.raw({ path: `/apis/batch/v1/namespaces/${target.namespace}/things` });
    expect(unknown.json).toMatchObject({
      code: 404,
      message: 'the server could not find the requested resource',
    });
    const wrong = await target.raw({ method: 'POST', path, body: {} });
    expect(wrong.json).toMatchObject({
      code: 405,
      reason: 'MethodNotAllowed',
      message: 'the server does not allow this method on the requested resource',
    });
  });
});
