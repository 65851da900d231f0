import { expect, it } from 'vitest';
import type { MaintenanceWindow } from '../../src/domain/intake-policy.ts';
import { openWindows } from '../../src/intake/maintenance.ts';

const window = (when: MaintenanceWindow['when']): MaintenanceWindow => ({
  name: 'reindex',
  matchers: [{ name: 'database', operator: '=', value: 'orders' }],
  reason: 'reindex',
  when,
});
const sundays = window({ type: 'cron', cron: '30 2 * * 0', minutes: 90, timeZone: 'Europe/Berlin' });
const open = (one: MaintenanceWindow, at: string) => openWindows([one], new Date(at))[0] ?? null;

it.each([
  ['a minute before', '2026-11-15T01:29:59Z', null],
  ['as it begins', '2026-11-15T01:30:00Z', '2026-11-15T03:00:00.000Z'],
  ['a moment before its end', '2026-11-15T02:59:59Z', '2026-11-15T03:00:00.000Z'],
  ['at its end', '2026-11-15T03:00:00Z', null],
  ['in summer, an hour earlier by UTC', '2026-07-05T00:31:00Z', '2026-07-05T02:00:00.000Z'],
])('a window that comes round is open in its zone: %s', (_, at, end) => {
  expect(open(sundays, at)?.endsAt ?? null).toBe(end);
});

it('windows of once and of always', () => {
  const once = window({ type: 'once', from: '2026-11-15T01:00:00Z', until: '2026-11-15T02:00:00Z' });
  expect(open(once, '2026-11-15T01:30:00Z')).toMatchObject({
    id: 'maintenance/reindex',
    startsAt: '2026-11-15T01:00:00Z',
    endsAt: '2026-11-15T02:00:00Z',
  });
  expect(open(window({ type: 'always' }), '2026-11-15T01:30:00Z')).toMatchObject({ endsAt: null });
});
