import { attributionStrength, culpritKey } from '../../../diagnosis/attribution.ts';
import { type SlotHolder, slotHolders } from '../../../diagnosis/slot-holders.ts';
import { type Cause, culpritName, isLikely } from '../../../domain/cause.ts';
import type { Deployment } from '../../../domain/cluster.ts';
import { formatShare } from '../../../domain/format.ts';
import type { Findings } from '../facts/gather-facts.ts';

/** Causes that are a Deployment's doing as a whole. */
const KINDS = new Set(['connection-leak', 'connection-storm']);

/** The Deployment that leaks or storms, and its connections; or why there is none. */
export type Blamed =
  | {
      readonly deployment: Deployment;
      readonly holder: SlotHolder;
      readonly cause: Cause;
      readonly proven: boolean;
    }
  | { readonly nobody: string };

/** Finds the Deployment behind a leak or a storm. It never guesses: without evidence there is nothing to do. */
export function blamedDeployment({ facts, causes }: Findings): Blamed {
  const cause = causes.find((one) => KINDS.has(one.kind) && isLikely(one));
  const [top] = causes;
  if (cause?.culprit == null) {
    return {
      nobody: `No Deployment leaks or storms, so none is changed. Diagnosis: ${top === undefined ? 'none' : `${top.title} (${formatShare(top.confidence)} sure)`}.`,
    };
  }
  const { culprit } = cause;
  const name = culpritName(culprit);
  if (culprit.kind !== 'Deployment') {
    return { nobody: `${name} is to blame, which is no Deployment that could be found in the cluster.` };
  }
  const holder = slotHolders(facts).find((one) => culpritKey(one.culprit) === culpritKey(culprit));
  const deployment = holder?.deployment ?? null;
  if (holder === undefined || deployment === null) {
    const gaps = facts.cluster.deploymentGaps.map((gap) => ` Not read: ${gap}`).join('');
    return { nobody: `${name} is to blame, but it could not be read from the cluster.${gaps}` };
  }
  return { deployment, holder, cause, proven: attributionStrength(culprit) === 'strong' };
}
