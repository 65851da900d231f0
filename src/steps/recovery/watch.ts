import { z } from 'zod';
import { formatBytes, formatCount, formatDuration, formatShare } from '../../domain/format.ts';
import { outcomeOf } from '../parts.ts';
import { onlyReads, readingPlan } from '../read-only.ts';
import { diagnosedBefore, promisesOf } from '../shared/recovery/cause-contract.ts';
import { Params } from '../shared/recovery/contract.ts';
import { describeObjective } from '../shared/recovery/objectives.ts';
import { observeRecovery, takeSample } from '../shared/recovery/observe.ts';
import { defineStep } from '../step-kind.ts';

/** Watches until the database has recovered by measurement; the sampling is the verification. */
export const step = defineStep({
  kind: 'recovery.watch',
  title: 'Watch the recovery',
  description:
    'Samples slots, CPU, lock waiters, replication lag and clients that wait in a PgBouncer until all of them are quiet several times in a row, and with them what the diagnosed cause leaves behind and the objectives of the service, where some are configured. A relapse starts the count anew.',
  needs: ['databases', 'poolers', 'metrics'],
  actionClass: 'observe',
  params: Params,
  target: z.never(),
  data: z.object({ highAtStart: z.array(z.string()) }),
  undo: onlyReads,

  async plan({ incident, ports, earlier }, params) {
    const poolers = ports.poolers.names(incident.database);
    const promised = promisesOf(diagnosedBefore(earlier));
    return readingPlan({
      summary: `Watch ${incident.database} until ${formatCount(params.quietSamples, 'sample')} in a row are quiet, at most ${formatDuration(params.timeoutMinutes * 60)}.`,
      commands: [
        {
          label: `Every ${formatDuration(params.everySeconds)} on the primary`,
          language: 'text',
          text: `firebreak:snapshot; quiet means slots below ${formatShare(params.slotShareBelow)}, on-CPU sessions for each core below ${params.onCpuPerCoreBelow}, lag below ${formatBytes(params.lagBytesBelow)}, lock waiters below ${params.waitersBelow}`,
        },
        ...ports.databases.get(incident.database).replicas.map((name) => ({
          label: `And on replica ${name}`,
          language: 'text' as const,
          text: 'Replay position and pause; quiet means that replay is not paused',
        })),
        ...poolers.map((name) => ({
          label: `And on the console of PgBouncer ${name}`,
          language: 'text' as const,
          text: `SHOW DATABASES; SHOW POOLS; quiet means nothing paused, and nobody waits for ${formatDuration(params.poolWaitSecondsBelow)}`,
        })),
        ...promised.map((promise) => ({
          label: 'And for the cause that was diagnosed',
          language: 'text' as const,
          text: promise,
        })),
        ...ports.metrics.objectives(incident.database).map((objective) => ({
          label: `And in the metrics: ${describeObjective(objective)}`,
          language: 'text' as const,
          text: objective.query,
        })),
      ],
    });
  },

  async execute(ctx, { params }) {
    const sample = await takeSample(ctx, params);
    const high = typeof sample === 'string' ? [sample] : [...sample.high];
    return outcomeOf({
      summary:
        high.length === 0
          ? 'It is quiet at the start of the watch.'
          : `Still high at the start: ${high.join('; ')}.`,
      facts: [],
      data: { highAtStart: high },
    });
  },

  async verify(ctx, { params }) {
    return await observeRecovery(ctx, params);
  },
});
