import { clientAddresses } from '../../../diagnosis/client-addresses.ts';
import { FirebreakError } from '../../../domain/errors.ts';
import type { StepContext } from '../../step-kind.ts';
import type { Findings } from './gather-facts.ts';

/**
 * A cluster that was not read says nothing about who is to blame, so a step that found nobody must not be passed over.
 * @param who it looks for, such as `a CronJob`.
 * @param byHand what a person does who knows who it is, such as `stop it by hand`.
 * @throws FirebreakError `kubernetes-error`
 */
export function assertClusterWasRead(
  { ports }: StepContext<'workloads'>,
  { facts, causes }: Findings,
  { who, byHand }: { readonly who: string; readonly byHand: string },
): void {
  const { gaps } = facts.cluster;
  if (ports.workloads.namespaces.length === 0 || gaps.length === 0) return;
  throw new FirebreakError(
    'kubernetes-error',
    `Whether ${who} is behind the queries cannot be told, because the cluster could not be read.`,
    {
      hint: `Try again when Kubernetes answers. If you know who it is, ${byHand}, then skip this step.`,
      retryable: true,
      situation: {
        known: [
          { name: 'Diagnosis', value: causes[0]?.title ?? 'none' },
          {
            name: 'Clients of the sessions',
            value: clientAddresses(facts.snapshot).join(', ') || 'local sockets',
          },
        ],
        unknown: [...gaps],
      },
    },
  );
}
