import { hashJson } from '../../../domain/json.ts';
import { boundName, MadeBounds } from '../../../domain/namespace-bounds.ts';
import { draftOf, type Excluded, reasonsOf } from '../../parts.ts';
import type { Draft } from '../../step-kind.ts';
import type { Ctx, Identity } from './contract.ts';

/** Looks which bounds of this run are still there as it made them. */
export async function planRemoval(ctx: Ctx): Promise<Draft<Identity>> {
  const excluded: Excluded = [];
  const found: Identity[] = [];
  for (const bound of madeByThisRun(ctx)) {
    const now = await ctx.ports.workloads.bound(bound, ctx.signal);
    const label = boundName(bound);
    if (now?.uid !== bound.uid) excluded.push({ label, reason: 'It is gone already, or was made anew.' });
    else if (hashJson(now.spec) !== hashJson(bound.spec))
      excluded.push({ label, reason: 'Somebody changed it since, so it stays.' });
    else found.push(bound);
  }
  // The quota goes first: with a quota on limits and no defaults, pods without limits would be refused.
  const ordered = found.toSorted((a, b) => b.kind.localeCompare(a.kind));
  return draftOf({
    summary: `Remove ${ordered.map(boundName).join(', ') || 'no bound'}.`,
    impact: 'New pods are not bounded any more. What runs keeps the limits that it started with.',
    undo: 'Go back to the step that had made them: it makes a new plan.',
    wontSolve: ['The audits resource-quota and limit-range are red again.'],
    targets: ordered.map((bound) => ({
      id: bound.uid,
      label: boundName(bound),
      why: 'A step of this run made it.',
      owner: null,
      facts: [],
      sql: null,
      selected: true,
      identity: bound,
    })),
    excluded,
    commands: ordered.map(({ kind, namespace, name }) => ({
      label: `Delete ${kind} ${namespace}/${name}, if it is still the same`,
      language: 'text',
      text: `kubectl -n ${namespace} delete ${kind.toLowerCase()} ${name}`,
      patch: null,
    })),
    nothingToDo: ordered.length > 0 ? null : nothingToDo(excluded),
  });
}

function nothingToDo(excluded: Excluded): string {
  if (excluded.length === 0) return 'This run has made no quota and no limit range.';
  return reasonsOf(excluded);
}

function madeByThisRun({ earlier }: Ctx): Identity[] {
  const made = earlier
    .filter(({ kind }) => kind === 'kubernetes.set-quota')
    .flatMap(({ outcome }) => MadeBounds.safeParse(outcome?.data).data?.made ?? []);
  return [...new Map(made.map((bound) => [bound.uid, bound])).values()];
}
