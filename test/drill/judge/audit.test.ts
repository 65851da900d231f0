import { describe, expect, it } from 'vitest';
import { changes } from '../../../src/drill/judge/audit.ts';
import { innocentsAmong } from '../../../src/drill/judge/signals.ts';

const world = (entries: Record<string, string> = {}) =>
  new Map(
    Object.entries({
      'CronJob a/guilty suspend': 'false',
      'CronJob a/guilty schedule': '"0 14 * * *"',
      'CronJob a/guilty Job a/guilty-1': 'uid-1',
      'CronJob a/innocent suspend': 'false',
      'role shop connection limit': '-1',
      ...entries,
    }),
  );
const none = { workloads: [], stays: [] };
const without = (state: Map<string, string>, name: string) => {
  state.delete(name);
  return state;
};

describe('what was changed', () => {
  it('is nothing when the world is as it was', () => {
    expect(changes({ calm: world(), alerted: world(), now: world() }, none)).toEqual([]);
  });

  it.each([
    [
      'a setting that is left behind',
      world({ 'role shop connection limit': '20' }),
      /role shop connection limit was -1, is 20/,
    ],
    [
      'a setting that is new',
      world({ 'setting of role shop in every database: x': 'x=1' }),
      /setting of role shop .* not there, is x=1/,
    ],
    [
      'an innocent that is suspended',
      world({ 'CronJob a/innocent suspend': 'true' }),
      /innocent suspend was false, is true/,
    ],
    [
      'a Job that is gone',
      without(world(), 'CronJob a/guilty Job a/guilty-1'),
      /guilty-1 was uid-1, is gone/,
    ],
  ])('is %s', (_name, now, told) => {
    expect(changes({ calm: world(), alerted: world(), now }, none)).toEqual([expect.stringMatching(told)]);
  });

  it('lets what the culprit owns come and go, and not the culprit itself', () => {
    const now = without(world({ 'CronJob a/guilty suspend': 'true' }), 'CronJob a/guilty Job a/guilty-1');
    const told = changes({ calm: world(), alerted: world(), now }, { workloads: ['CronJob a/guilty'] });
    expect(told).toEqual([expect.stringContaining('CronJob a/guilty suspend')]);
  });

  it('leaves out what rightly stays, and only that', () => {
    const now = world({ 'CronJob a/guilty suspend': 'true', 'CronJob a/guilty schedule': '"0 3 * * *"' });
    const stays = [{ setting: 'CronJob a/guilty schedule', why: 'decided' }];
    const told = changes({ calm: world(), alerted: world(), now }, { stays });
    expect(told).toEqual([expect.stringContaining('CronJob a/guilty suspend')]);
  });

  it('is not what the incident itself did, nor what was put back', () => {
    const paused = world({ 'replay on the replica': 'paused' });
    const calm = world({ 'replay on the replica': 'goes on' });
    expect(changes({ calm, alerted: paused, now: calm }, none)).toEqual([]);
    expect(changes({ calm, alerted: paused, now: paused }, none)).toEqual([]);
  });

  it('is not the pod that a controller starts', () => {
    const now = world({ 'CronJob a/innocent Job a/innocent-2': 'uid-2', 'Pod a/x': 'uid-3' });
    expect(changes({ calm: world(), alerted: world(), now }, none)).toEqual([]);
  });
});

describe('who was signalled', () => {
  const signalled = (role: string, application: string) => ({ pid: 7, role, application, what: 'cancelled' });

  it('is innocent unless named by role, and by application where a role is shared', () => {
    const all = [signalled('batch', 'report'), signalled('batch', 'import'), signalled('shop', 'web')];
    expect(innocentsAmong(all, [{ role: 'batch' }])).toEqual([signalled('shop', 'web')]);
    expect(innocentsAmong(all, [{ role: 'batch', application: 'rep' }])).toEqual([
      signalled('batch', 'import'),
      signalled('shop', 'web'),
    ]);
    expect(innocentsAmong(all, [])).toEqual(all);
  });
});
