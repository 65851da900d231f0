import { describeError } from '../../../domain/errors.ts';
import type { Objective } from '../../../domain/objective.ts';
import type { StepContext } from '../../step-kind.ts';

type Ctx = Pick<StepContext<'metrics'>, 'ports' | 'signal' | 'incident'>;

/** `checkout errors below 0.01`. */
export function describeObjective({ name, limit }: Pick<Objective, 'name' | 'limit'>): string {
  return 'below' in limit ? `${name} below ${limit.below}` : `${name} above ${limit.above}`;
}

/**
 * Which of the service's own objectives do not hold, in words: the database can be well while the backlog of its
 * service is not. An objective that cannot be read does not hold.
 */
export async function missedObjectives(ctx: Ctx): Promise<string[]> {
  const { metrics } = ctx.ports;
  const { database } = ctx.incident;
  return (
    await Promise.all(
      metrics.objectives(database).map(async (objective) => {
        const wanted = `(${describeObjective(objective)} wanted)`;
        try {
          const reading = await metrics.measure(database, objective, ctx.signal);
          if (reading === null) return [`${objective.name} has no value ${wanted}`];
          const { limit } = objective;
          const holds = 'below' in limit ? reading.value < limit.below : reading.value > limit.above;
          return holds ? [] : [`${objective.name} is ${Number(reading.value.toPrecision(4))} ${wanted}`];
        } catch (error) {
          ctx.signal.throwIfAborted();
          return [`${objective.name} could not be read: ${describeError(error).message}`];
        }
      }),
    )
  ).flat();
}
