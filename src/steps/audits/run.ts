import { z } from 'zod';
import { type AuditReport, isRed, redAudits } from '../../domain/audit.ts';
import { formatCount } from '../../domain/format.ts';
import { outcomeOf, verdictOf } from '../parts.ts';
import { inOneSentence, onlyReads, readingPlan } from '../read-only.ts';
import { defineStep, type EarlierStep } from '../step-kind.ts';

const KIND = 'audits.run';

const Red = z.object({ fingerprint: z.string(), audit: z.string(), title: z.string(), subject: z.string() });
type Red = z.infer<typeof Red>;

const Data = z.object({
  red: z.array(Red),
  /** What could not be read, so that nothing is known of it. */
  unread: z.array(z.string()),
});
type Data = z.infer<typeof Data>;

/** Findings that are listed; the others are counted. */
const MOST_LISTED = 20;

/** Runs the audits; the second time in a run it says what has become green since. */
export const step = defineStep({
  kind: KIND,
  title: 'Run the audits',
  description:
    'Runs the audits of the database and what surrounds it. A later one of the same run reads everything anew and says which findings are gone since, which are new, and which are left.',
  needs: ['audits'],
  actionClass: 'observe',
  params: z.strictObject({}),
  target: z.never(),
  data: Data,
  undo: onlyReads,

  async plan({ incident, earlier }) {
    const again = lookBefore(earlier) === null ? '' : ' again, and say what has changed';
    return readingPlan({
      summary: `Run the audits of ${incident.database}${again}.`,
      commands: [{ label: 'The same as', language: 'text', text: `firebreak audit ${incident.database}` }],
    });
  },

  async execute({ ports, incident, earlier, clock, signal }) {
    const before = lookBefore(earlier);
    const since = before === null ? undefined : clock.now();
    const report = await ports.audits.run(incident.database, signal, since);
    const data = dataOf(report);
    return before === null ? firstLook(report, data) : compared(before, report, data);
  },

  async verify(_ctx, _approved, { data }) {
    return data.unread.length === 0
      ? verdictOf('passed', 'Everything that is configured was read.')
      : verdictOf('inconclusive', `Not everything could be read: ${inOneSentence(data.unread)}.`);
  },
});

/** What the last look of this run found, or null. */
function lookBefore(earlier: readonly EarlierStep[]): Data | null {
  const last = earlier.findLast(({ kind, outcome }) => kind === KIND && outcome !== null);
  return Data.safeParse(last?.outcome?.data).data ?? null;
}

function dataOf({ findings, notChecked }: AuditReport): Data {
  return {
    red: findings
      .filter(isRed)
      .map(({ fingerprint, audit, title, subject }) => ({ fingerprint, audit, title, subject })),
    unread: [...new Set(notChecked.filter(({ because }) => because === 'unreadable').map(({ why }) => why))],
  };
}

function firstLook(report: AuditReport, data: Data) {
  const red = report.findings.filter(isRed);
  return outcomeOf({
    summary: redWords(data.red, 'red'),
    facts: restOf(red.length),
    data,
    table: {
      columns: ['severity', 'about', 'what'],
      rows: red.slice(0, MOST_LISTED).map(({ severity, title, subject }) => [severity, subject, title]),
    },
  });
}

function compared(before: Data, report: AuditReport, data: Data) {
  const gone = without(before.red, data.red);
  const fresh = without(data.red, before.red);
  const left = without(data.red, fresh);
  const rows = [
    ...gone.map((one) => ['green now', one.subject, one.title]),
    ...fresh.map((one) => ['new', one.subject, one.title]),
    ...left.map((one) => ['still red', one.subject, one.title]),
  ];
  return outcomeOf({
    summary: `${formatCount(gone.length, 'finding is', 'findings are')} gone${
      fresh.length === 0 ? '' : `, ${fresh.length} new`
    }. ${redWords(data.red, 'still red')}`,
    facts: [
      { name: 'Red audits before', value: String(new Set(before.red.map(({ audit }) => audit)).size) },
      { name: 'Red audits now', value: String(redAudits(report).length) },
      ...restOf(rows.length),
    ],
    data,
    table: { columns: ['now', 'about', 'what'], rows: rows.slice(0, MOST_LISTED) },
  });
}

function redWords(red: readonly Red[], how: string): string {
  const audits = new Set(red.map(({ audit }) => audit)).size;
  return audits === 0
    ? 'No audit is red.'
    : `${formatCount(audits, 'audit is', 'audits are')} ${how}, with ${formatCount(red.length, 'finding')}.`;
}

function restOf(rows: number) {
  return rows > MOST_LISTED
    ? [{ name: 'Not shown', value: formatCount(rows - MOST_LISTED, 'more finding') }]
    : [];
}

function without(some: readonly Red[], others: readonly Red[]): Red[] {
  const known = new Set(others.map(({ fingerprint }) => fingerprint));
  return some.filter(({ fingerprint }) => !known.has(fingerprint));
}
