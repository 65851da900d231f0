import { expect, test } from 'vitest';
import { messagesOf } from '../../../src/slack/outbox/messages-of.ts';
import { attempt, verdict, view } from '../fixtures.ts';

const prevention = { id: 'PREV-1', purpose: 'prevention', causes: [], severity: 'unknown' } as const;

function parentOf(over: Parameters<typeof view>[1]): string {
  const [parent] = messagesOf(view([attempt('kill', 'awaiting')], { ...prevention, ...over }));
  return JSON.stringify(parent?.blocks);
}

test('its message says that it is no outage, and offers to close the run', () => {
  const shown = parentOf({});
  expect(shown).toContain('prevention run, no outage');
  expect(shown).toContain('Close prevention run');
  expect(shown).not.toMatch(/severity|Close incident|Diagnosing/);
});

test('when it is closed nobody is asked for a post-mortem, and the channel hears of nothing that recovered', () => {
  const closed = { status: 'closed', closedAt: '2026-11-15T15:00:00.000Z' } as const;
  expect(parentOf(closed)).not.toContain('post-mortem');
  const passed = attempt('kill', 'passed', { verdict: verdict({ milestone: 'recovered' }) });
  const all = messagesOf(view([passed], { ...prevention, ...closed }));
  expect(all.filter(({ broadcast }) => broadcast === true)).toEqual([]);
});
