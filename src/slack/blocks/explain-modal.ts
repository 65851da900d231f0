import type { types } from '@slack/bolt';
import { type Cause, culpritName } from '../../domain/cause.ts';
import type { Incident, StepAttempt } from '../../domain/incident.ts';
import type { Fact, Target } from '../../domain/plan.ts';
import { causeName } from '../../words/cause-name.ts';
import { whyNoCause } from '../../words/no-cause.ts';
import { type Budget, createBudget } from './clip.ts';
import { modal } from './modal.ts';
import { rest } from './rest.ts';
import { bold, bullets, line, type Part, preformatted, richText, text } from './rich-text.ts';

const MOST_LINES = 12;
const MOST_QUERIES = 6;
const QUERY = 800;
/** Characters that the window spends on texts: a person reads no more, and Slack takes 250 kB. */
const CHARACTERS = 14_000;

/** The evidence behind cause, culprit and, on the card of a step, its targets. */
export function explainModal(incident: Incident, attempt: StepAttempt | undefined): types.ModalView {
  const budget = createBudget(CHARACTERS);
  const [cause, ...others] = incident.causes;
  const parts =
    cause === undefined
      ? [line(text(budget.take(whyNoCause(incident), 400)))]
      : [
          ...causeParts(cause, budget),
          ...culpritParts(cause, budget),
          ...list('Also possible', others.map(causeName), budget),
        ];
  return modal({
    id: 'explain',
    title: 'Explain',
    blocks: [
      ...richText(...parts),
      ...richText(...targetParts(attempt?.plan?.targets ?? [], budget)),
      ...richText(...measured(incident, budget)),
    ],
  });
}

function causeParts(cause: Cause, budget: Budget): Part[] {
  return [
    line(bold('Cause: '), text(budget.take(causeName(cause), 400))),
    ...list('Evidence', cause.evidence, budget),
    ...list('What would settle it', cause.settles, budget),
  ];
}

/** Who is behind it: each observation with how much it proves alone. */
function culpritParts({ culprit }: Cause, budget: Budget): Part[] {
  if (culprit === null) return [line(bold('Culprit: '), text('nobody could be named.'))];
  const evidence = culprit.evidence.map((one) => `${one.text} (${one.strength} evidence)`);
  return [
    line(bold('Culprit: '), text(budget.take(culpritName(culprit), 200))),
    ...list('Why this one', evidence, budget),
  ];
}

/** Why each target is one, and every different query once. */
function targetParts(targets: readonly Target[], budget: Budget): Part[] {
  if (targets.length === 0) return [];
  const reasons = [...Map.groupBy(targets, ({ why }) => why)].map(
    ([why, same]) => `${same.length} of ${targets.length}: ${why}`,
  );
  const queries = new Set(targets.flatMap(({ sql }) => sql ?? []));
  const shown = [...queries].slice(0, MOST_QUERIES);
  return [
    ...list('Why these targets', reasons, budget),
    ...(shown.length === 0 ? [] : [line(bold('What they run, literals masked'))]),
    ...shown.map((sql) => preformatted(budget.take(sql, QUERY))),
    ...rest(queries.size - shown.length, 'different queries', 'different query'),
  ];
}

/** Whether the window leaves out queries of targets. */
export function hasMoreQueries(targets: readonly Target[]): boolean {
  return new Set(targets.flatMap(({ sql }) => sql ?? [])).size > MOST_QUERIES;
}

/** The numbers of the newest diagnosis. */
function measured({ runs }: Incident, budget: Budget): Part[] {
  const diagnosed = runs
    .flatMap(({ attempts }) => attempts)
    .findLast(({ outcome }) => (outcome?.causes.length ?? 0) > 0);
  const facts: readonly Fact[] = diagnosed?.outcome?.facts ?? [];
  return list(
    'Measured',
    facts.map(({ name, value }) => `${name}: ${value}`),
    budget,
  );
}

function list(title: string, items: readonly string[], budget: Budget): Part[] {
  if (items.length === 0) return [];
  const shown = items.slice(0, MOST_LINES);
  return [
    line(bold(title)),
    bullets(shown.map((one) => line(text(budget.take(one, 400))))),
    ...rest(items.length - shown.length, title.toLowerCase()),
  ];
}
