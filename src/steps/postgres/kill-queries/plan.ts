import { formatCount, formatDuration } from '../../../domain/format.ts';
import { draftOf } from '../../parts.ts';
import { signalCommand } from '../../shared/ending/signal-command.ts';
import { armedWarnings } from '../../shared/ending/sources.ts';
import { gatherFacts } from '../../shared/facts/gather-facts.ts';
import { serverNotes } from '../../shared/facts/server-notes.ts';
import type { Draft } from '../../step-kind.ts';
import type { Ctx, Identity, Params } from './contract.ts';
import { selectTargets } from './select.ts';

/** Diagnoses afresh and offers the root sessions, preselected, and other long queries, unselected. */
export async function planKill(ctx: Ctx, params: Params): Promise<Draft<Identity>> {
  const { facts, causes } = await gatherFacts(ctx, { server: params.server, replicas: false });
  const { targets, excluded, more } = selectTargets({ ...facts, causes }, params, ctx.guard);
  const selected = targets.filter((target) => target.selected);
  const [example] = selected.length > 0 ? selected : targets;
  const armed = armedWarnings(
    targets.map(({ identity }) => identity),
    facts.cluster,
  );
  return draftOf({
    summary: `Cancel the chosen ${targets.length === 1 ? 'session' : 'sessions'} on ${ctx.incident.database}${params.server === 'primary' ? '' : ` (${params.server})`}, and terminate what does not end.`,
    impact:
      'Their transactions roll back. Their clients get an error: 57014 when cancelled, 57P01 when terminated.',
    undo: 'A cancelled query cannot be continued; its client has to run it again.',
    wontSolve: [
      'It stops no schedule and no client that would start them again.',
      'The query itself stays as expensive as it is.',
    ],
    warnings: [
      ...serverNotes(facts),
      ...armed,
      ...(selected.length === 0 && targets.length > 0
        ? ['None of these sessions is at the root of a known cause, so none is proposed.']
        : []),
      ...(more > 0
        ? [
            `${formatCount(more, 'more session matches', 'more sessions match')}. Go back to this step after this kill.`,
          ]
        : []),
      ...facts.gaps.map((gap) => `Not read: ${gap}`),
    ],
    targets,
    excluded,
    commands: example === undefined ? [] : [signalCommand(ctx, example.identity, selected.length)],
    nothingToDo: targets.length > 0 ? null : nothingToDo(params, causes[0]?.title, excluded.length),
  });
}

function nothingToDo(params: Params, title: string | undefined, excluded: number): string {
  const left = excluded === 0 ? '' : ` ${formatCount(excluded, 'session')} left alone on purpose.`;
  return `No session to kill: nothing at the root of a cause, and no active query older than ${formatDuration(params.olderThanSeconds)}. Diagnosis: ${title ?? 'none'}.${left}`;
}
