import type { types } from '@slack/bolt';
import { formatDuration } from '../../domain/format.ts';
import type { Incident } from '../../domain/incident.ts';
import { clip } from './clip.ts';
import { bold, line, richText, text, time } from './rich-text.ts';

/** What those who only watch have to hear. */
export interface Milestone {
  readonly name: 'mitigated' | 'recovered';
  /** ISO 8601. */
  readonly at: string;
  readonly evidence: string;
}

const HEADINGS: Readonly<Record<Milestone['name'], string>> = {
  mitigated: '🟡 Mitigated',
  recovered: '🟢 Recovered',
};

/** The milestones that were reached, each with its newest proof, in their order. */
export function milestonesOf({ runs, mitigatedAt, recoveredAt }: Incident): Milestone[] {
  const times = { mitigated: mitigatedAt, recovered: recoveredAt };
  return (['mitigated', 'recovered'] as const).flatMap((name) => {
    const at = times[name];
    const proof = runs
      .flatMap(({ attempts }) => attempts)
      .findLast(({ verdict }) => verdict?.milestone === name);
    return at === null ? [] : { name, at, evidence: proof?.verdict?.evidence ?? '' };
  });
}

/** Says to the channel that the load is gone, or that the database has recovered. Pure. */
export function milestoneBlocks(
  { id, database, openedAt }: Incident,
  { name, at, evidence }: Milestone,
): types.KnownBlock[] {
  const after = formatDuration((Date.parse(at) - Date.parse(openedAt)) / 1_000);
  return richText(
    line(
      bold(HEADINGS[name]),
      text(` · ${id} · ${clip(database, 80)} · at `),
      time(at),
      text(`, ${after} after it was opened`),
    ),
    ...(evidence === '' ? [] : [line(text(clip(evidence, 500)))]),
  );
}
