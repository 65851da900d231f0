import { nameOf } from '../../../domain/cluster.ts';
import type { BatchWorkload } from '../../../domain/cluster-guardrails.ts';
import { type CronJobEdit, fieldChanges } from '../../../domain/cronjob-change.ts';
import { formatCount, formatDuration } from '../../../domain/format.ts';
import { draftOf } from '../../parts.ts';
import {
  type EditProposal,
  editTargets,
  readBatches,
  toldFact,
  toldOf,
} from '../../shared/cronjob/edit-targets.ts';
import { periodSeconds } from '../../shared/cronjob/schedule.ts';
import type { Draft } from '../../step-kind.ts';
import { boundsFor, type Rhythm } from './bounds.ts';
import type { Ctx, Params } from './contract.ts';

/** Proposes for each CronJob the bounds that it lacks. */
export async function planGuards(ctx: Ctx, params: Params): Promise<Draft<CronJobEdit>> {
  const { batches, unread } = await readBatches(ctx);
  const proposals: EditProposal[] = [];
  const warnings = [...unread];
  for (const batch of batches) {
    const anyRhythm: Rhythm = { longestRun: null, interval: null };
    if (fieldChanges(batch, boundsFor(batch, anyRhythm, params)).length === 0) continue;
    const runs = await runsOf(ctx, batch);
    const rhythm = { longestRun: runs.longest, interval: periodSeconds(batch, ctx.clock.now()) };
    proposals.push(proposalOf(ctx, batch, { rhythm, kept: runs.kept, params }));
    warnings.push(...warningsFor(batch, rhythm));
  }
  const made = editTargets(ctx, proposals);
  const left = made.targets.length === 0;
  return draftOf({
    ...made,
    summary: `Bound the runs of ${left ? 'no CronJob' : made.targets.map(({ owner }) => owner).join(', ')}.`,
    impact:
      'From the next run on: none starts late, beside another, or again and again, and none runs for ever.',
    undo: 'What was not set is unset again: restoring does that.',
    wontSolve: [
      'activeDeadlineSeconds ends the pods, not the query that they left behind: statement_timeout and client_connection_check_interval do that.',
      'Jobs that run already keep the bounds that they were made with.',
    ],
    warnings: left
      ? warnings
      : [...warnings, 'Under Forbid a suspended Job blocks all further runs until it is resumed or deleted.'],
    nothingToDo: left
      ? [`None of ${formatCount(batches.length, 'CronJob')} lacks a bound.`, ...unread].join(' ')
      : null,
  });
}

/** How long the completed runs took that the cluster still keeps. */
async function runsOf(ctx: Ctx, batch: BatchWorkload): Promise<{ longest: number | null; kept: number }> {
  const jobs = await ctx.ports.workloads.completedJobs(batch, ctx.signal);
  const seconds = jobs.flatMap(({ startTime, completionTime }) =>
    startTime === null || completionTime === null
      ? []
      : [(new Date(completionTime).getTime() - new Date(startTime).getTime()) / 1000],
  );
  return { longest: seconds.length === 0 ? null : Math.max(...seconds), kept: seconds.length };
}

function proposalOf(
  { setup }: Ctx,
  batch: BatchWorkload,
  { rhythm, kept, params }: { rhythm: Rhythm; kept: number; params: Params },
): EditProposal {
  const told = toldOf(batch, setup);
  const { longestRun, interval } = rhythm;
  return {
    cronJob: batch,
    wanted: boundsFor(batch, rhythm, params),
    why: 'It lacks these bounds.',
    facts: [
      {
        name: 'Longest good run',
        value: longestRun === null ? 'none is kept' : `${formatDuration(longestRun)}, of ${kept} kept`,
      },
      { name: 'Interval', value: interval === null ? 'not known' : formatDuration(interval) },
      toldFact(told),
    ],
    selected: told === 'some',
  };
}

function warningsFor(batch: BatchWorkload, { longestRun, interval }: Rhythm): string[] {
  return [
    ...(longestRun !== null && interval !== null && longestRun > interval
      ? [
          `${nameOf(batch)} took ${formatDuration(longestRun)} and starts every ${formatDuration(interval)}: with Forbid it skips slots.`,
        ]
      : []),
    ...(longestRun === null && batch.activeDeadlineSeconds === null
      ? [`How long ${nameOf(batch)} takes is not known, as no completed run is kept: ask its owner.`]
      : []),
  ];
}
