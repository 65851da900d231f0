import fc from 'fast-check';
import { expect, test } from 'vitest';
import { postMortem } from '../../src/postmortem/post-mortem.ts';
import { timelineOf } from '../../src/postmortem/timeline.ts';
import { story } from './story.ts';

test('the facts of the incident stand in the sections that a post-mortem has', () => {
  const text = postMortem('INC-1', story(), 'Asia/Seoul');
  const sections = [...text.matchAll(/^## (.*)$/gm)].map(([, title]) => title);
  expect(sections).toEqual([
    'Incident summary',
    expect.stringMatching(/^Timeline \((KST|GMT\+9)\)$/),
    'Root cause analysis',
    'Impact',
    'Action items',
    'Lessons learned',
  ]);
  expect(text).toMatch(/2024-11-15 14:23 \S+ to 2024-11-15 15:47 \S+ \(84 minutes\)/);
  expect(text).toContain('recovered after 6 minutes');
  expect(text).toContain('CronJob analytics/report-generator');
  expect(text).toContain('waiting clients: 82');
  expect(text).toContain('- [x] 1 session was cancelled.');
  expect(text).toContain('- [ ] pid 4712: protected: a backup');
  expect(text).toContain('- [ ] Give its role a statement\\_timeout.');
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
