import { nameOf } from '../../../domain/cluster.ts';
import type { BatchWorkload } from '../../../domain/cluster-guardrails.ts';
import type { CronJobEdit } from '../../../domain/cronjob-change.ts';
import { formatCount } from '../../../domain/format.ts';
import { draftOf, type Excluded } from '../../parts.ts';
import {
  type EditProposal,
  editTargets,
  readBatches,
  toldFact,
  toldOf,
} from '../../shared/cronjob/edit-targets.ts';
import { deadlineFor } from '../../shared/cronjob/missed-slot.ts';
import { type PeakUse, peakUse, peakWindows } from '../../shared/cronjob/peak-hours.ts';
import { type CronSchedule, nextSlot, scheduleProblem, slotText } from '../../shared/cronjob/schedule.ts';
import type { Draft } from '../../step-kind.ts';
import type { Ctx, Params } from './contract.ts';
import { keepsFrequency, offPeakSchedule, type PeakYear } from './off-peak.ts';

/** Proposes a schedule outside of the peak for each CronJob that starts in it. */
export async function planRescheduling(ctx: Ctx, params: Params): Promise<Draft<CronJobEdit>> {
  const { peak } = ctx.setup;
  if (peak === null)
    return draft({
      nothingToDo: 'No peak hours are configured: add audits.peak with window and timeZone.',
    });
  const at = ctx.clock.now();
  const year: PeakYear = { peak, windows: peakWindows(peak, at), at };
  const { batches, unread } = await readBatches(ctx);
  const proposals: EditProposal[] = [];
  const excluded: Excluded = [];
  const rarer: string[] = [];
  for (const batch of batches) {
    const use = scheduleProblem(batch) === null ? peakUse(batch, year.windows, at) : null;
    if (use === null || use.first === null) continue;
    const label = `CronJob ${nameOf(batch)}`;
    const moved = offPeakSchedule(batch, year, params, proposals.length);
    if (batch.suspended)
      excluded.push({
        label,
        reason: 'It is suspended, so it starts nothing. Resuming it offers the night too.',
      });
    else if (moved === null)
      excluded.push({
        label,
        reason: `No quiet schedule can be made of “${batch.schedule}”. Change it by hand.`,
      });
    else {
      proposals.push(proposalOf(ctx, batch, { moved, use, year }));
      if (!keepsFrequency(batch, moved)) rarer.push(nameOf(batch));
    }
  }
  const made = editTargets(ctx, proposals);
  const names = made.targets.map(({ owner }) => owner).join(', ');
  return draft({
    ...made,
    summary: `Move ${names || 'no CronJob'} out of the peak (${peak.window} ${peak.timeZone}).`,
    warnings: [
      ...unread,
      ...(rarer.length === 0
        ? []
        : [`${rarer.join(', ')} runs less often then: the peak leaves fewer hours for it.`]),
      ...(made.targets.length === 0
        ? []
        : [
            'What waits for its result, such as a report at a fixed hour, gets it at another time: ask its owner.',
          ]),
    ],
    excluded: [...excluded, ...made.excluded],
    nothingToDo: made.targets.length > 0 ? null : nothingToDo(batches, excluded, unread),
  });
}

function nothingToDo(
  batches: readonly BatchWorkload[],
  excluded: Excluded,
  unread: readonly string[],
): string {
  const why = [...excluded.map(({ label, reason }) => `${label}: ${reason}`), ...unread].join(' ');
  return why === '' ? `None of ${formatCount(batches.length, 'CronJob')} starts in the peak.` : why;
}

function proposalOf(
  { setup, clock }: Ctx,
  batch: BatchWorkload,
  { moved, use, year }: { moved: CronSchedule; use: PeakUse; year: PeakYear },
): EditProposal {
  const now = clock.now();
  const told = toldOf(batch, setup);
  const next = (cron: CronSchedule) => {
    const slot = nextSlot(cron, now);
    return slot === null ? 'never' : slotText(slot, { schedule: '', timeZone: year.peak.timeZone });
  };
  return {
    cronJob: batch,
    wanted: {
      schedule: moved.schedule,
      timeZone: moved.timeZone,
      startingDeadlineSeconds: deadlineFor(moved, batch.startingDeadlineSeconds, now),
    },
    why: `It starts in ${use.hit === use.peaks ? 'every peak' : `${use.hit} of ${use.peaks} peaks`} of the next year.`,
    facts: [{ name: 'Next run', value: `${next(moved)}, now ${next(batch)}` }, toldFact(told)],
    selected: told === 'some',
  };
}

function draft(parts: Partial<Draft<CronJobEdit>>): Draft<CronJobEdit> {
  return draftOf({
    summary: 'Move no CronJob.',
    impact: 'Nothing starts now. From the next slot on they run in quiet hours; what runs already goes on.',
    undo: 'Its former schedule, zone and deadline are kept: restoring gives them back.',
    wontSolve: [
      'What made its query expensive is not repaired by that.',
      'A run that starts before the peak may still run into it: activeDeadlineSeconds bounds that.',
    ],
    ...parts,
  });
}
