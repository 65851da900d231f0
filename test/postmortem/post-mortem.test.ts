import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Measured } from '../../src/domain/post-mortem.ts';
import { postMortemVersion, postMortem as write } from '../../src/postmortem/post-mortem.ts';
import { timelineOf } from '../../src/postmortem/timeline.ts';
import { story } from './story.ts';

const measured: Measured = {
  impact: [
    { name: 'orders delayed', unit: 'orders', value: 2300, source: 'SQL on replica-1', missing: null },
    {
      name: 'error rate',
      unit: '',
      value: null,
      source: 'Prometheus',
      missing: 'Prometheus cannot be reached.',
    },
  ],
  factors: [
    {
      audit: 'statement-timeout',
      title: 'No statement_timeout',
      severity: 'high',
      subject: 'role report_generator',
      evidence: 'It has none.',
      remedy: 'Set a statement_timeout of 30 s',
    },
  ],
  unaudited: [],
};

function postMortem(id: string, events: Parameters<typeof write>[1], timeZone: string): string {
  return write(id, events, { timeZone, measured, picture: null });
}

test('the facts of the incident stand in the sections that a post-mortem has', () => {
  const text = postMortem('INC-1', story(), 'Asia/Seoul');
  const sections = [...text.matchAll(/^## (.*)$/gm)].map(([, title]) => title);
  expect(sections).toEqual([
    'Incident summary',
    'Load',
    expect.stringMatching(/^Timeline \((KST|GMT\+9)\)$/),
    'Root cause analysis',
    'Impact assessment',
    'Action items',
    'Lessons learned',
  ]);
  expect(text).toMatch(/2024-11-15 14:23 \S+ to 2024-11-15 15:47 \S+ \(84 minutes\)/);
  expect(text).toContain('recovered after 6 minutes');
  expect(text).toContain('CronJob analytics/report-generator');
  expect(text).toContain('waiting clients: 82');
  expect(text).toContain('- [x] 1 session was cancelled.');
  expect(text).toContain('- [ ] pid 4712: protected: a backup (_no audit holds this_)');
  expect(text).toContain('- Give its role a statement\\_timeout.');
  expect(text).toContain('12:hash12');
});

test('the timeline tells what was decided, by whom and on which targets, and nothing of other branches', () => {
  const told = timelineOf(story()).map(({ text }) => text);
  expect(told).toContain('Anna decided: run "Kill the queries" (pid 4711 · 3m12s)');
  expect(told.join('\n')).not.toContain('Roll back');
  expect(told.at(-1)).toBe('The incident was closed by Anna: Every step has ended.');
});

test('an incident that is still open is told as such', () => {
  const text = postMortem('INC-1', story().slice(0, -1), 'UTC');
  expect(text).toContain('2024-11-15 05:23 UTC to still open');
});

test('on another day than the first the timeline says which', () => {
  expect(postMortem('INC-1', story(), 'Asia/Seoul')).not.toMatch(/^- 2024-11-1\d/m);
  // 84 minutes after 14:23 in a zone 9 h west of UTC it is still the day before; 9 h east of that, two days meet.
  expect(postMortem('INC-1', story(), 'Pacific/Kiritimati')).not.toMatch(/^- 2024-11-15 /m);
  expect(postMortem('INC-1', story(), 'America/New_York')).toMatch(/^- 00:23:00 - /m);
});

test('text from outside stays text: no markup, links, mentions, new lines or hidden characters', () => {
  const hostile = fc
    .array(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.constantFrom(
          '<!channel>',
          '[x](https://evil.example)',
          '\n# head',
          '`',
          '**',
          '@here',
          '\u202e',
          '\u0007',
          '|',
          'www.evil.example',
        ),
      ),
    )
    .map((parts) => parts.join(''));
  const lines = postMortem('INC-1', story(), 'UTC').split('\n').length;
  fc.assert(
    fc.property(hostile, hostile, (title, reason) => {
      const text = postMortem('INC-1', story({ title, reason }), 'UTC');
      expect(text.split('\n')).toHaveLength(lines);
      expect(text).not.toMatch(/(?<!\\)(?:\\\\)*<!|[^\n\P{C}\u200b]|:\/\/|@(?!\u200b)|www\.(?!\\)/u);
      expect(text).not.toMatch(/(?<!\\)\]\(/);
    }),
  );
});

test('what was measured is told with its source, and what was not with the reason', () => {
  const text = postMortem('INC-1', story(), 'UTC');
  expect(text).toContain('- **Impact**: orders delayed: 2,300 orders');
  expect(text).toContain('- orders delayed: 2,300 orders (SQL on replica-1)');
  expect(text).toContain('- error rate: not measured (Prometheus: Prometheus cannot be reached.)');
  const nothing = write('INC-1', story(), { timeZone: 'UTC', measured: null, picture: null });
  expect(nothing).toContain('- **Impact**: not measured');
  expect(nothing).toContain('Contributing factors were not looked for.');
  expect(nothing).toContain('Too little was measured of the load for a chart.');
});

test('each missing guardrail is a factor, and an action item that names the audit that holds it', () => {
  const text = postMortem('INC-1', story(), 'UTC');
  expect(text).toContain(
    '1. No statement\\_timeout: role report\\_generator. It has none. (high, audit `statement-timeout`)',
  );
  expect(text).toContain(
    '- [ ] Set a statement\\_timeout of 30 s (role report\\_generator). Held by the audit `statement-timeout`',
  );
});

test('a version tells the journal until it was written, and what was measured then', () => {
  const [opened, ...rest] = story();
  if (opened === undefined) throw new Error('There is no story.');
  const after = (event: (typeof opened)['event'], minutes: number) => ({
    ...opened,
    event,
    at: new Date(Date.parse(opened.at) + minutes * 60_000).toISOString(),
  });
  const by = { kind: 'person', id: 'U0ANNA', name: 'Anna', via: 'slack' } as const;
  const events = [
    opened,
    ...rest,
    after({ type: 'postmortem.requested', number: 1, by }, 90),
    after({ type: 'postmortem.written', number: 1, measured }, 91),
    after({ type: 'postmortem.requested', number: 2, by }, 95),
  ];
  expect(postMortemVersion('INC-1', events, 1, 'UTC')).toContain('orders delayed: 2,300 orders');
  expect(postMortemVersion('INC-1', events, 1, 'UTC')).not.toContain('version 2');
  expect(postMortemVersion('INC-1', events, 2, 'UTC')).toBeNull();
});
