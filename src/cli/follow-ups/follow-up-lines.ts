import Table from 'cli-table3';
import { proofName } from '../../domain/follow-up.ts';
import { type FollowUp, isOverdue, openItems } from '../../domain/follow-up-record.ts';
import { actorName } from '../../domain/told.ts';
import { printable } from '../../words/printable.ts';

/** The open ones with the most urgent first, then the rest. */
export function followUpTable(items: readonly FollowUp[], today: string): string {
  const table = new Table({
    head: ['', 'state', 'due', 'owner', 'from', 'what, and what proves it'],
    colWidths: [null, 10, 12, 12, 10, 60],
    style: { head: [], border: [] },
    wordWrap: true,
  });
  for (const item of [...openItems(items), ...items.filter(({ status }) => status !== 'open')])
    table.push([
      item.id,
      isOverdue(item, today) ? 'overdue' : item.status,
      item.due ?? '',
      printable(item.owner === null ? '' : actorName(item.owner)),
      printable(item.incidents.at(-1) ?? ''),
      printable(described(item)),
    ]);
  return table.toString();
}

function described({ text, database, proofs, because }: FollowUp): string {
  const proof = proofs.length === 0 ? 'no audit holds it' : `audit ${proofs.map(proofName).join(', ')}`;
  const where = database === null ? '' : `${database}, `;
  return `${text} (${where}${proof})${because === '' ? '' : ` ${because}`}`;
}
