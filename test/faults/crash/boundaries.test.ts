import { expect, it } from 'vitest';
import { boundariesOf } from './boundaries.ts';
import { differing } from './course.ts';
import type { Crossing } from './crossing.ts';
import { nameStatement, type Session } from './instrument/statements.ts';
import { withoutTime } from './instrument/writes.ts';
import { notVerifiedFirst } from './verified-first.ts';

const crossing = (name: string, side: Crossing['side'] = 'before'): Crossing => ({ name, side, at: 0 });

it('lists each name once, in the order of the first crossing, and the first and last of the signals', () => {
  const names = ['a', 'signal: cancel', 'b', 'a', 'signal: cancel', 'signal: cancel'];
  const nowAndThen = ['commit: decision.refused(kill)', 'ack of a click, after effect.completed(kill)'];
  const crossings = [...names, ...nowAndThen].map((name) => crossing(name));
  expect(boundariesOf([...crossings, crossing('a', 'after')])).toEqual([
    { name: 'a', nth: 1 },
    { name: 'signal: cancel', nth: 1 },
    { name: 'signal: cancel', nth: 3 },
    { name: 'b', nth: 1 },
  ]);
});

it('finds a system that was touched after the restart before it was looked at', () => {
  const patch = crossing('kubernetes PATCH cronjobs/…');
  const look = crossing('kubernetes: read, after the start', 'after');
  const signal = crossing('signal: cancel');
  const alive = crossing('victim: alive, after the start', 'after');
  expect(notVerifiedFirst([look, patch, alive, signal])).toEqual([]);
  expect(notVerifiedFirst([])).toEqual([]);
  expect(notVerifiedFirst([patch, look])).toHaveLength(1);
  expect(notVerifiedFirst([alive, patch, signal])).toHaveLength(1);
  expect(notVerifiedFirst([crossing(look.name), signal])).toHaveLength(1);
  expect(notVerifiedFirst([crossing('kubernetes PATCH cronjobs/… as a dry run')])).toEqual([]);
  const set = crossing('change: setting');
  expect(notVerifiedFirst([crossing('victim: setting, after the start', 'after'), set])).toEqual([]);
  expect(notVerifiedFirst([alive, set])).toHaveLength(1);
});

it('tells what was changed more often than without a fault, and what less often', () => {
  const whole = { settings: 4, quotas: 1 };
  expect(differing(whole, { settings: 4, quotas: 1 })).toEqual({ twice: [], missing: [] });
  expect(differing(whole, { settings: 5, indexes: 1 })).toEqual({
    twice: ['settings: 5 instead of 4.', 'indexes: 1 instead of 0.'],
    missing: ['quotas: 0 instead of 1.'],
  });
});

it('names a change of the monitored server, and a message of a time without the time', () => {
  const victim: Session = { user: 'bot', application: 'firebreak' };
  const named = (text: string) => nameStatement(victim, { text, values: [] }, null).name;
  expect(named('/* firebreak:change-setting v1, role a */\nDO $fb$ … $fb$')).toBe('change: setting');
  expect(named('CREATE INDEX CONCURRENTLY IF NOT EXISTS "a" ON "b" ("c")')).toBe('change: create index');
  expect(named('/* firebreak:setting v1 */ select 1')).toMatch(/^victim: setting, after /);
  expect(withoutTime('digest:2026-11-30T08:46:00.000Z')).toBe('digest:…');
  expect(withoutTime('reminder:kill:1:mihz3k1c:page')).toBe('reminder:kill:1:…:page');
});

it('names a reminder by its level, what is held back by why, and when somebody has to look again', () => {
  const state: Session = { user: 'firebreak', application: 'firebreak host-1' };
  const insert = 'insert into "firebreak"."journal" ("position", "type", "body") values ($1, $2, $3)';
  const written = (text: string, ...values: unknown[]) =>
    nameStatement(state, { text, values }, []).transaction;
  const reminder = JSON.stringify({ type: 'decision.reminded', step: 'kill', level: 'page' });
  expect(written(insert, 1, 'decision.reminded', reminder)).toEqual(['decision.reminded(kill page)']);
  const held = JSON.stringify({ type: 'alert.ignored', held: 'flapping' });
  expect(written(insert, 1, 'alert.ignored', held, 2, 'alert.ignored', held)).toEqual([
    'alert.ignored(flapping)',
  ]);
  expect(written('update "firebreak"."incident" set "remind_at" = $1 where "id" = $2')).toEqual([
    'when to remind',
  ]);
  expect(written('insert into firebreak.alert (id, delivery_key, alert, replay_of) select 1')).toEqual([
    'alert taken up again',
  ]);
});

it('takes a click that finds a plan too old as part of the course, and another refusal as incidental', () => {
  const names = ['commit: step.outdated(kill)+decision.refused(kill)', 'commit: decision.refused(kill)'];
  expect(boundariesOf(names.map((name) => crossing(name))).map(({ name }) => name)).toEqual([names[0]]);
});

it('names a transaction by what it wrote, and tells the phase that follows', () => {
  const state: Session = { user: 'firebreak', application: 'firebreak host-1' };
  const body = JSON.stringify({ type: 'effect.intended', step: 'kill' });
  const insert = 'insert into "firebreak"."journal" ("position", "type", "body") values ($1, $2, $3)';
  const begun = nameStatement(state, { text: 'begin', values: [] }, null);
  expect(begun).toEqual({ name: null, transaction: [] });
  const load = JSON.stringify({ type: 'load.measured', series: [] });
  const values = [1, 'load.measured', load, 2, 'effect.intended', body];
  const written = nameStatement(state, { text: insert, values }, begun.transaction);
  expect(written).toEqual({ name: null, transaction: ['effect.intended(kill)'] });
  expect(nameStatement(state, { text: 'commit', values: [] }, written.transaction)).toEqual({
    name: 'commit: effect.intended(kill)',
    transaction: null,
  });
  const victim: Session = { user: 'bot', application: 'firebreak' };
  expect(nameStatement(victim, { text: '/* firebreak:alive */ select 1', values: [] }, null).name).toBe(
    'victim: alive, after effect.intended(kill)',
  );
});
