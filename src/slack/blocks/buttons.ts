import type { types } from '@slack/bolt';
import type { ActionClass } from '../../domain/actor.ts';
import type { Incident, StepAttempt } from '../../domain/incident.ts';
import type { Plan, Selection } from '../../domain/plan.ts';
import { actorName } from '../../domain/told.ts';
import { actionIds } from './action-ids.ts';
import { type ClickValue, encodeClick } from './click-value.ts';
import { consequence, MOST_CONFIRM, question } from './consequence.ts';
import { shownPositions } from './offer.ts';
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
    text: plain(text, MOST_CONFIRM),
    confirm: plain(confirm, 30),
    deny: plain('Not now', 30),
    style,
  };
}

/** Runs the plan for what the card shows as chosen. What changes something repeats what it would do before it runs. */
export function runButton(plan: Plan, { value, shown, actionClass }: Asked): types.Button {
  const spec = { id: actionIds.run, text: 'Run', value: carrying(value, plan, shown) };
  if (actionClass === 'observe') return button({ ...spec, style: 'primary' });
  const style = styleOf(actionClass);
  const text = consequence(plan, shown, 'as proposed');
  return button({ ...spec, style, confirm: dialog(question('Run', plan, shown), text, 'Run it', style) });
}

/** What a button that asks for a decision stands for. */
interface Asked {
  readonly value: ClickValue;
  /** The targets that the card shows as chosen, and its answers. */
  readonly shown: Selection;
  readonly actionClass: ActionClass;
}

function carrying(value: ClickValue, plan: Plan, shown: Selection): ClickValue {
  return { ...value, ...shownPositions(plan, shown) };
}

function styleOf(actionClass: ActionClass): 'primary' | 'danger' {
  return actionClass === 'session' ? 'danger' : 'primary';
}

/** The first of two approvals: it runs nothing. */
export function firstButton(plan: Plan, { value, shown, actionClass }: Asked): types.Button {
  const first = 'You are the first of two: nothing runs until a second person approves.';
  const text = consequence(plan, shown, 'as proposed', first);
  const style = styleOf(actionClass);
  const confirm = dialog(question('Approve', plan, shown), text, 'Approve it', style);
  const carried = carrying(value, plan, shown);
  return button({ id: actionIds.run, text: 'Approve (first of two)', value: carried, style, confirm });
}

/** The second of two approvals: it runs at once what the first chose. */
export function secondButton(
  plan: Plan,
  { value, actionClass }: Omit<Asked, 'shown'>,
  { by, selection }: NonNullable<StepAttempt['approval']>,
): types.Button {
  const text = consequence(plan, selection, null, `${actorName(by)} approved first; it runs now.`);
  const style = styleOf(actionClass);
  const confirm = dialog(question('Run', plan, selection), text, 'Run it', style);
  return button({ id: actionIds.run, text: 'Run (second person)', value, style, confirm });
}

/** Makes the first approval void, so that it can be chosen anew. */
export function withdrawButton(value: ClickValue): types.Button {
  return button({ id: actionIds.withdraw, text: 'Take approval back', value });
}

/** Opens the choice of targets; nothing can be run before one is chosen, so it comes first then. */
export function targetsButton(value: ClickValue, isFirst: boolean): types.Button {
  const text = isFirst ? 'Choose targets' : 'Change targets';
  return button({ id: actionIds.targets, text, value, ...emphasis(isFirst) });
}

const LANGUAGES = { sql: 'Show statement', json: 'Show patch', text: 'Show request' } as const;

/** Shows exactly what would be sent. */
export function statementButtons({ commands }: Plan, value: ClickValue): types.Button[] {
  const [first] = commands;
  if (first === undefined) return [];
  return [button({ id: actionIds.statement, text: LANGUAGES[first.language], value })];
}

/** Shows the evidence behind cause, culprit and targets. */
export function explainButton(value: ClickValue): types.Button {
  return button({ id: actionIds.explain, text: 'Explain', value });
}

/** Answers for the actions that will not help. */
export function whyNotButton(value: ClickValue): types.Button {
  return button({ id: actionIds.whyNot, text: 'Why not …', value });
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

/** Closes the incident, or ends the prevention run, with a warning when its run is not over. */
export function closeButton(
  { id, purpose }: Pick<Incident, 'id' | 'purpose'>,
  running: boolean,
): types.Button {
  const { what, left } = CLOSED[purpose];
  const text = running
    ? `The run is not over: its remaining steps are not done. ${left}`
    : `The ${what} is over and its messages stay.`;
  return button({
    id: actionIds.close,
    text: `Close ${what}`,
    value: { i: id, s: '', a: 0, h: null, t: null },
    confirm: dialog(`Close the ${what}?`, text, 'Close it', running ? 'danger' : 'primary'),
  });
}

const CLOSED = {
  incident: { what: 'incident', left: 'What was suspended stays suspended.' },
  prevention: { what: 'prevention run', left: 'What was applied stays applied.' },
} as const;

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
