import type { types } from '@slack/bolt';
import type { StepAttempt } from '../../domain/incident.ts';
import { type Plan, shownSelection, type Target } from '../../domain/plan.ts';
import { actionIds } from './action-ids.ts';
import type { ClickValue } from './click-value.ts';
import { type Budget, createBudget } from './clip.ts';
import { modal } from './modal.ts';
import { MOST_TARGETS, offeredTargets } from './offer.ts';
import { rest } from './rest.ts';
import { bold, bullets, line, type Part, richText, text } from './rich-text.ts';
import { reasonParts } from './target-blocks.ts';
import { isAlike } from './target-table.ts';
import { plain } from './text-objects.ts';
import { viewIds } from './view-ids.ts';

export const TARGETS_BLOCK = 'targets';

/** Checkboxes have at most 10 options; more are a menu in which people type to search. */
const MOST_CHECKBOXES = 10;
/** Slack shows at most this many characters of an option and of its description. */
const OPTION = 75;
const MOST_LEFT_ALONE = 12;

/** Lets people choose what the plan on their card acts on. Nothing runs by it. */
export function targetsModal(
  plan: Plan,
  chosen: StepAttempt['chosen'],
  { i, s, a, h }: ClickValue,
): types.ModalView {
  const budget = createBudget();
  return modal({
    id: viewIds.targets,
    title: 'Change targets',
    submit: 'Choose',
    metadata: { i, s, a, h },
    blocks: [
      ...richText(
        line(bold(budget.take(plan.summary, 400))),
        line(
          text(
            'Nothing runs yet. What you choose is looked at once more, then the card shows it, and Run acts on that and nothing else.',
          ),
        ),
        ...reasonParts(plan.targets, budget),
      ),
      targetsInput(plan, chosen),
      ...richText(
        ...(plan.targets.length > MOST_TARGETS
          ? [line(bold(`Only the first ${MOST_TARGETS} of ${plan.targets.length} can be chosen here.`))]
          : []),
        ...leftAlone(plan, budget),
      ),
    ],
  });
}

function targetsInput(plan: Plan, chosen: StepAttempt['chosen']): types.InputBlock {
  const targets = offeredTargets(plan);
  const { targets: ids } = shownSelection(plan, chosen);
  const alike = isAlike(plan.targets);
  const options = targets.map((target, index) => {
    const about = describe(target, alike);
    const description = about === '' ? {} : { description: plain(about, OPTION) };
    return { text: plain(target.label, OPTION), ...description, value: String(index) };
  });
  const initial = options.filter((_, index) => ids.includes(targets[index]?.id ?? ''));
  const initial_options = initial.length === 0 ? {} : { initial_options: initial };
  const element = { action_id: actionIds.targets, options, ...initial_options };
  return {
    type: 'input',
    block_id: TARGETS_BLOCK,
    label: plain(`Act on (${ids.length} of ${plan.targets.length} chosen now)`, 150),
    element:
      targets.length <= MOST_CHECKBOXES
        ? { type: 'checkboxes', ...element }
        : { type: 'multi_static_select', ...element, placeholder: plain('Type to search', 150) },
  };
}

/** What tells a target from the others: reasons that all share stand above, in full. */
function describe({ owner, why, facts, label }: Target, alike: boolean): string {
  const own = facts
    .filter(({ value }) => !label.includes(value))
    .map(({ name, value }) => `${name}: ${value}`);
  if (alike) return own.join(' · ');
  return [owner ?? 'owner not known', why].join(' · ');
}

/** What cannot be chosen, and why. */
function leftAlone({ excluded }: Plan, budget: Budget): Part[] {
  if (excluded.length === 0) return [];
  const shown = excluded.slice(0, MOST_LEFT_ALONE);
  return [
    line(bold('Left alone')),
    bullets(
      shown.map(({ label, reason }) => line(text(`${budget.take(label, 100)}: ${budget.take(reason, 200)}`))),
    ),
    ...rest(excluded.length - shown.length, 'left alone'),
  ];
}
