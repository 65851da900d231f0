import { expect, test } from 'vitest';
import { printReport } from '../../src/drill/print-report.ts';
import { buildReport } from '../../src/drill/report.ts';
import { story } from '../postmortem/story.ts';

/** What is printed of the outage, with one step that Firebreak skipped, one that a person skipped, and one that ran. */
function printed(): string {
  const events = story();
  return printReport(
    buildReport({
      incidentId: 'INC-1',
      events,
      alertAt: Date.parse(events[0]?.at ?? ''),
      threadAt: Date.parse(events[0]?.at ?? '') + 500,
      respawns: 0,
      ordersPlaced: 900,
      ordersFailed: 40,
      journal: { events: events.length, chainOk: true },
      wrongOrder: false,
      problems: [],
    }),
  );
}

test('steps that Firebreak skipped are counted in one line; those that people skipped or ran have rows', () => {
  const rows = printed()
    .split('\n')
    .filter((line) => line.startsWith('│'))
    .map((line) => line.split('│').map((cell) => cell.trim())[1]);
  expect(rows).toEqual(['Step', 'diagnose', 'kill']);
  expect(printed()).toContain('\n1 more step was not needed.\n');
});
