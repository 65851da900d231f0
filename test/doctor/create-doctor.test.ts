import { expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { clockVerdict } from '../../src/doctor/clock.ts';
import { createDoctor } from '../../src/doctor/create-doctor.ts';
import { loadChecks } from '../../src/doctor/registry.ts';
import { accessKinds } from '../../src/domain/access.ts';
import { FirebreakError } from '../../src/domain/errors.ts';
import { filesBelow } from '../shape/source-files.ts';
import { examine } from './support.ts';

test('every file is a check, each kind has its connection first, and each says what it is for', async () => {
  const checks = await loadChecks();
  expect(checks).toHaveLength(filesBelow('src/doctor/checks').length);
  for (const kind of accessKinds) {
    const [first, ...others] = checks.filter((check) => check.kind === kind);
    expect([kind, first?.id]).toEqual([kind, 'connection']);
    expect(others.map(({ id }) => id)).not.toContain('connection');
  }
  for (const { kind, id, title, purpose, without } of checks) {
    for (const sentence of [purpose, without]) expect(sentence, `${kind}/${id}`).toMatch(/^[A-Z{].{10,}\.$/);
    expect(title, `${kind}/${id}`).not.toMatch(/\.$/);
  }
});

test('what does not answer is given up after its time, and holds nothing else up', async () => {
  const doctor = createDoctor({
    checks: await loadChecks(),
    subjects: () => [
      { kind: 'on-call', name: 'dead', read: async () => new Promise<never>(() => {}) },
      { kind: 'on-call', name: 'alive', read: async () => ({ people: ['Ji-woo'] }) },
    ],
    clock: systemClock,
    timeoutMs: 50,
  });

  const { ok, results } = await doctor.run(new AbortController().signal);

  expect(ok).toBe(false);
  expect(results.map(({ subject, status }) => `${subject} ${status}`)).toEqual([
    'dead missing',
    'alive ok',
    'alive ok',
  ]);
  expect(results[0]?.found).toBe('It did not answer within 0.05 s. Its other checks were not made.');
});

test('a failure says its own words and lines', async () => {
  const { results } = await examine({
    kind: 'paging',
    name: 'pager night',
    read: () =>
      Promise.reject(
        new FirebreakError('pager-error', 'It answered 401.', {
          hint: 'Check the secret.',
          situation: { next: [{ label: 'try', language: 'text', text: 'curl' }] },
        }),
      ),
  });
  expect(results).toEqual([
    expect.objectContaining({
      status: 'missing',
      found: 'It answered 401.',
      remedy: { text: 'Check the secret.', commands: [{ label: 'try', language: 'text', text: 'curl' }] },
    }),
  ]);
});

test('an aborted run rejects', async () => {
  const stop = new AbortController();
  const doctor = createDoctor({
    checks: await loadChecks(),
    subjects: () => [{ kind: 'on-call', name: 'slow', read: async () => new Promise<never>(() => {}) }],
    clock: systemClock,
  });
  const running = doctor.run(stop.signal);
  stop.abort(new Error('enough'));
  await expect(running).rejects.toThrow('enough');
});

test.each([
  ['a little off', { aheadMs: -900, uncertainMs: 1_000 }, 'ok'],
  ['off by what a header cannot tell', { aheadMs: 5_500, uncertainMs: 1_000 }, 'ok'],
  ['seconds off', { aheadMs: 20_000, uncertainMs: 1_000 }, 'advice'],
  ['minutes off', { aheadMs: -200_000, uncertainMs: 1_000 }, 'missing'],
])('a clock that is %s', (_, clock, status) => {
  expect(clockVerdict(clock, 'Slack').status).toBe(status);
});
