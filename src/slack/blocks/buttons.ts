import type { types } from '@slack/bolt';
import type { ActionClass } from '../../domain/actor.ts';
import type { StepAttempt } from '../../domain/incident.ts';
import { type Plan, proposedSelection, type Selection } from '../../domain/plan.ts';
import { actorName } from '../../domain/told.ts';
import { actionIds } from './action-ids.ts';
import { type ClickValue, encodeClick } from './click-value.ts';
import { proposal } from './offer.ts';
import { plain } from './text-objects.ts';

interface ButtonSpec {
  readonly id: string;
  readonly text: string;
  readonly value: ClickValue;
  readonly style?: 'primary' | 'danger';
  readonly confirm?: types.ConfirmationDialog;
}

export function button(spec: ButtonSpec): types.Button {
  return {
    type: 'button',
    action_id: spec.id,
    text: plain(spec.text, 75),
    value: encodeClick(spec.value),
    ...(spec.style === undefined ? {} : { style: spec.style }),
    ...(spec.confirm === undefined ? {} : { confirm: spec.confirm }),
  };
}

export function dialog(
  title: string,
  text: string,
  confirm: string,
  style: 'primary' | 'danger',
): types.ConfirmationDialog {
  return {
    title: plain(title, 100),
    text: plain(text, 300),
    confirm: plain(confirm, 30),
    deny: plain('Not now', 30),
    style,
  };
}

/** Runs the plan as picked. What changes something repeats its warnings and consequence before it runs. */
export function runButton(plan: Plan, value: ClickValue, actionClass: ActionClass): types.Button {
  const spec = { id: actionIds.run, text: 'Run', value: { ...value, ...proposal(plan) } };
  if (actionClass === 'observe') return button({ ...spec, style: 'primary' });
  const style = styleOf(actionClass);
  return button({ ...spec, style, confirm: dialog('Run this step?', consequence(plan), 'Run it', style) });
}

function styleOf(actionClass: ActionClass): 'primary' | 'danger' {
  return actionClass === 'session' ? 'danger' : 'primary';
}

/** The first of two approvals: it runs nothing. */
export function firstButton(plan: Plan, value: ClickValue, actionClass: ActionClass): types.Button {
  const text = `You are the first of two: nothing runs until a second person approves.\n${consequence(plan)}`;
  const style = styleOf(actionClass);
  const confirm = dialog('Approve this step?', text, 'Approve it', style);
  const carried = { ...value, ...proposal(plan) };
  return button({ id: actionIds.run, text: 'Approve (first of two)', value: carried, style, confirm });
}

/** The second of two approvals: it runs at once what the first chose. */
export function secondButton(
  plan: Plan,
  value: ClickValue,
  { by, selection }: NonNullable<StepAttempt['approval']>,
  actionClass: ActionClass,
): types.Button {
  const text = `${actorName(by)} approved first; it runs now.\n${consequence(plan, selection)}`;
  const style = styleOf(actionClass);
  const confirm = dialog('Run this step?', text, 'Run it', style);
  return button({ id: actionIds.run, text: 'Run (second person)', value, style, confirm });
}

/** Makes the first approval void, so that it can be chosen anew. */
export function withdrawButton(value: ClickValue): types.Button {
  return button({ id: actionIds.withdraw, text: 'Take approval back', value });
}

/**
 * Warnings first: the dialog has 300 characters, and what must be known before deciding must not be cut away.
 * Slack cannot show there what was picked, so it says what it describes.
 */
function consequence(plan: Plan, fixed?: Selection): string {
  const chosen = (fixed ?? proposedSelection(plan)).choices;
  const proposed = fixed === undefined ? ', as proposed' : '';
  const acts =
    fixed === undefined
      ? 'It acts on what is picked on the card.'
      : `It acts on ${fixed.targets.length} of ${plan.targets.length}, as the card says.`;
  const choices = plan.choices.flatMap(({ id, options }) =>
    options
      .filter(({ value }) => value === chosen[id])
      .map((option) => `${option.label}${proposed}: ${option.consequence}`),
  );
  return [
    ...plan.warnings.map((warning) => `⚠ ${warning}`),
    ...(plan.targets.length === 0 ? [] : [acts]),
    plan.summary,
    ...choices,
    plan.impact,
  ].join('\n');
}

export function skipButton(value: ClickValue): types.Button {
  return button({ id: actionIds.skip, text: 'Skip', value });
}

export function retryButton(value: ClickValue, primary: boolean): types.Button {
  return button({ id: actionIds.retry, text: 'Try again', value, ...emphasis(primary) });
}

/** Goes on although the step failed or proved nothing. */
export function continueButton(value: ClickValue, why: string): types.Button {
  const confirm = dialog('Go on anyway?', `${why}\nThe next step begins.`, 'Go on', 'danger');
  return button({ id: actionIds.continue, text: 'Go on anyway', value, confirm });
}

export function backButton(
  value: ClickValue,
  to: { id: string; title: string },
  primary: boolean,
): types.Button {
  return button({
    id: actionIds.back,
    text: `Go back to “${to.title}”`,
    value: { ...value, t: to.id },
    ...emphasis(primary),
  });
}

function emphasis(primary: boolean): { style?: 'primary' } {
  return primary ? { style: 'primary' } : {};
}

/** Ends the run; the incident stays open. Plain, so that red marks nothing but what destroys. */
export function abortButton(value: ClickValue): types.Button {
  const text = 'The run ends here and nothing further is done. What was done already stays done.';
  const confirm = dialog('Stop the run?', text, 'Stop the run', 'danger');
  return button({ id: actionIds.abort, text: 'Abort', value, confirm });
}

/** Closes the incident, with a warning when its run is not over. */
export function closeButton(incidentId: string, running: boolean): types.Button {
  const text = running
    ? 'The run is not over: its remaining steps are not done. What was suspended stays suspended.'
    : 'The incident is over and its messages stay.';
  return button({
    id: actionIds.close,
    text: 'Close incident',
    value: { i: incidentId, s: '', a: 0, h: null, t: null },
    confirm: dialog('Close the incident?', text, 'Close it', running ? 'danger' : 'primary'),
  });
}

/** Writes the post-mortem of a closed incident, or a further version of it. */
export function postMortemButton(incidentId: string, isFirst: boolean): types.Button {
  return button({
    id: actionIds.postMortem,
    text: isFirst ? 'Write post-mortem' : 'Write post-mortem again',
    value: { i: incidentId, s: '', a: 0, h: null, t: null },
  });
}

export function buttons(...elements: types.Button[]): types.ActionsBlock[] {
  return elements.length === 0 ? [] : [{ type: 'actions', elements }];
}
