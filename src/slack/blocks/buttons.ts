import type { types } from '@slack/bolt';
import type { ActionClass } from '../../domain/actor.ts';
import { type Plan, proposedSelection } from '../../domain/plan.ts';
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

function button(spec: ButtonSpec): types.Button {
  return {
    type: 'button',
    action_id: spec.id,
    text: plain(spec.text, 75),
    value: encodeClick(spec.value),
    ...(spec.style === undefined ? {} : { style: spec.style }),
    ...(spec.confirm === undefined ? {} : { confirm: spec.confirm }),
  };
}

function dialog(
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
  const style = actionClass === 'session' ? 'danger' : 'primary';
  return button({ ...spec, style, confirm: dialog('Run this step?', consequence(plan), 'Run it', style) });
}

/**
 * Warnings first: the dialog has 300 characters, and what must be known before deciding must not be cut away.
 * Slack cannot show there what was picked, so it says what it describes.
 */
function consequence(plan: Plan): string {
  const chosen = proposedSelection(plan).choices;
  const choices = plan.choices.flatMap(({ id, options }) =>
    options
      .filter(({ value }) => value === chosen[id])
      .map((option) => `${option.label}, as proposed: ${option.consequence}`),
  );
  return [
    ...plan.warnings.map((warning) => `⚠ ${warning}`),
    ...(plan.targets.length === 0 ? [] : ['It acts on what is picked on the card.']),
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

export function buttons(...elements: types.Button[]): types.ActionsBlock[] {
  return elements.length === 0 ? [] : [{ type: 'actions', elements }];
}
