import { formatCount } from '../../domain/format.ts';
import type { RecordedAction } from '../../domain/watchdog-record.ts';
import type { PolicyView } from '../../ports/watchdog.ts';
import { bold, bullets, line, richText, text, time } from './rich-text.ts';
import type { Said } from './said.ts';
import { fallbackText } from './text-objects.ts';
import { switchButton } from './watchdog-buttons.ts';
import { stateParts, targetText, termsText } from './watchdog-words.ts';

/** Slack takes 50 blocks in a message; each policy has two. */
const MOST_POLICIES = 20;
const MOST_LISTED = 3;

/** The policies with their states and what they did last, each with its button. Pure. */
export function watchdogList(views: readonly PolicyView[], now: Date): Said {
  if (views.length === 0) {
    const nothing =
      'No watchdog policy is configured: nothing is ended without a person. They stand under watchdog in firebreak.yml.';
    return { text: nothing, blocks: richText(line(text(nothing))) };
  }
  const shown = views.slice(0, MOST_POLICIES);
  const left = views.length - shown.length;
  const names = shown.map(
    ({ policy, record }) => `${policy.name}${record.stopped === null ? '' : ' (stopped)'}`,
  );
  return {
    text: fallbackText(`Watchdog policies: ${names.join(', ')}`),
    blocks: [
      ...shown.flatMap((view) => [...policyBlocks(view, now), switchButton(view)]),
      ...(left > 0
        ? richText(line(text(`${formatCount(left, 'more policy', 'more policies')} not shown.`)))
        : []),
    ],
  };
}

function policyBlocks(view: PolicyView, now: Date) {
  const { policy, record } = view;
  const last = record.actions.slice(-MOST_LISTED).toReversed();
  return richText(
    line(bold(policy.name), text(` · ${policy.terms.database} · ${termsText(policy.terms)}`)),
    line(...stateParts(view, now)),
    ...(last.length === 0
      ? [line(text('It has done nothing yet.'))]
      : [bullets(last.map((action) => line(time(action.at), text(` · ${done(action)}`))))]),
  );
}

function done({ kind, targets, results }: RecordedAction): string {
  const [first] = targets;
  const named = first === undefined ? '' : targetText(first);
  const others = targets.length > 1 ? ` and ${targets.length - 1} more` : '';
  if (kind === 'report') return `would have ended ${named}${others}`;
  if (results === null) return `is ending ${named}${others}`;
  const ended = results.filter(({ status }) => status === 'ended').length;
  return `${ended} of ${targets.length} ended: ${named}${others}`;
}
