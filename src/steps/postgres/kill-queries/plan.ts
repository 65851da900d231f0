import { formatCount, formatDuration } from '../../../domain/format.ts';
import { gatherFacts } from '../../gather-facts.ts';
import type { Draft } from '../../step-kind.ts';
import type { Ctx, Identity, Params } from './contract.ts';
import { selectTargets } from './select.ts';
import { armedWarnings } from './sources.ts';

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
  return {
    summary: `Cancel ${formatCount(selected.length, 'session')} on ${ctx.incident.database} (${params.server}), and terminate those that do not end.`,
    impact:
      'Their transactions roll back; their clients see SQLSTATE 57014 (cancelled) or lose the connection (57P01).',
    undo: 'A cancelled query cannot be continued; its client has to run it again.',
    warnings: [
      ...armed,
      ...(selected.length === 0 && targets.length > 0
        ? ['No session is proposed, because none is a root of a known cause. Tick what you want to end.']
        : []),
      ...(more > 0
        ? [
            `${formatCount(more, 'more session matches', 'more sessions match')}; plan the step again after this one.`,
          ]
        : []),
      ...facts.gaps.map((gap) => `Not read: ${gap}`),
    ],
    targets,
    excluded,
    choices: [],
    commands:
      example === undefined
        ? []
        : [
            {
              label: `Sent once for each of ${formatCount(selected.length, 'selected session')}; shown for pid ${example.identity.session.pid}`,
              language: 'sql',
              text: ctx.ports.databases.signalStatement(example.identity.session, example.identity.first),
            },
          ],
    nothingToDo: targets.length > 0 ? null : nothingToDo(params, causes[0]?.title, excluded.length),
  };
}

function nothingToDo(params: Params, title: string | undefined, excluded: number): string {
  return `No session to kill: no root session and no active query older than ${formatDuration(params.olderThanSeconds)} that may be signalled. Diagnosis: ${title ?? 'none'}. ${formatCount(excluded, 'session')} left alone on purpose.`;
}
