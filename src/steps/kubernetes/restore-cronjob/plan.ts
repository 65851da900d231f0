import { type CronJob, nameOf } from '../../../domain/cluster.ts';
import { CronJobEdit, EditedCronJobs, type FieldChange, fieldText } from '../../../domain/cronjob-change.ts';
import { draftOf, type Excluded, reasonsOf } from '../../parts.ts';
import { type EditProposal, editTargets } from '../../shared/cronjob/edit-targets.ts';
import { deadlineFor, secondsUntilQuiet } from '../../shared/cronjob/missed-slot.ts';
import type { Draft, EarlierStep, StepContext } from '../../step-kind.ts';

type Ctx = StepContext<'workloads'>;

const KINDS: readonly string[] = ['kubernetes.reschedule-cronjob', 'kubernetes.guard-cronjob'];

/** Looks what this run has changed of CronJobs, and whether it is still so. */
export async function planRestoring(ctx: Ctx): Promise<Draft<CronJobEdit>> {
  const excluded: Excluded = [];
  const warnings: string[] = [];
  const proposals: EditProposal[] = [];
  for (const { ref, fields } of editsOfThisRun(ctx)) {
    const label = `CronJob ${nameOf(ref)}`;
    const now = await ctx.ports.workloads.cronJob(ref, ctx.signal);
    if (now === null) {
      excluded.push({ label, reason: 'It does not exist any more.' });
      continue;
    }
    const ours = fields.filter((change) => now[change.field] === change.to);
    for (const change of fields.filter((one) => !ours.includes(one) && now[one.field] !== one.from))
      excluded.push({
        label: `${change.field} of ${label}`,
        reason: `Somebody changed it since: it is ${fieldText(change, now[change.field])} now.`,
      });
    if (ours.length === 0) continue;
    const { wanted, kept } = formerOf(ctx, now, ours);
    proposals.push({
      cronJob: now,
      wanted,
      why: 'A step of this run changed it.',
      facts: [],
      selected: true,
    });
    if (kept !== null)
      warnings.push(
        `${nameOf(ref)} keeps startingDeadlineSeconds ${kept}: with the former one a slot that has passed would start a run at once.`,
      );
  }
  const made = editTargets(ctx, proposals);
  const left = made.targets.length === 0;
  return draftOf({
    ...made,
    summary: `Restore ${left ? 'no CronJob' : made.targets.map(({ owner }) => owner).join(', ')}.`,
    impact: 'Nothing starts now. From the next slot on they run as they did before.',
    undo: 'Go back to the step that had changed it: it makes a new plan.',
    wontSolve: ['The audits that asked for the change are red again.'],
    warnings,
    excluded: [...excluded, ...made.excluded],
    nothingToDo: left ? nothingToDo(excluded) : null,
  });
}

function nothingToDo(excluded: Excluded): string {
  if (excluded.length === 0) return 'This run has changed no CronJob, or it is as it was already.';
  return reasonsOf(excluded);
}

/** The former values, with a deadline that starts nothing at once; `kept` names it where it is not the former one. */
function formerOf(
  { clock }: Ctx,
  now: CronJob,
  ours: readonly FieldChange[],
): { wanted: EditProposal['wanted']; kept: number | null } {
  const wanted: EditProposal['wanted'] = Object.fromEntries(ours.map(({ field, from }) => [field, from]));
  const former = { ...now, ...wanted };
  if (now.suspended || secondsUntilQuiet(former, clock.now()) === 0) return { wanted, kept: null };
  const deadline = deadlineFor(former, former.startingDeadlineSeconds, clock.now());
  const kept = deadline === former.startingDeadlineSeconds ? null : deadline;
  return { wanted: { ...wanted, startingDeadlineSeconds: deadline }, kept };
}

/** What the steps of this run made of each CronJob, all together: from before the first to after the last. */
function editsOfThisRun({ earlier }: Ctx): CronJobEdit[] {
  const edits = earlier.filter(({ kind }) => KINDS.includes(kind)).flatMap(editsOf);
  return [...Map.groupBy(edits, ({ ref }) => ref.uid).values()].flatMap((own) => {
    const [first] = own;
    if (first === undefined) return [];
    const changes = Map.groupBy(
      own.flatMap(({ fields }) => fields),
      ({ field }) => field,
    );
    const fields = [...changes.values()].flatMap((all) => {
      const [oldest, newest] = [all[0], all.at(-1)];
      return oldest === undefined || newest === undefined ? [] : [{ ...oldest, to: newest.to }];
    });
    return [{ ref: first.ref, fields }];
  });
}

/** A change that was begun and whose end nobody recorded may have taken place. */
function editsOf({ begunAt, outcome, plan, selection }: EarlierStep): CronJobEdit[] {
  const data = EditedCronJobs.safeParse(outcome?.data).data;
  if (data !== undefined) return data.cronJobs;
  if (begunAt === null) return [];
  return plan.targets
    .filter(({ id }) => selection.targets.includes(id))
    .flatMap(({ identity }) => CronJobEdit.safeParse(identity).data ?? []);
}
