import type { types } from '@slack/bolt';
import { REASON_LENGTH } from '../../domain/break-glass.ts';
import type { Forced } from '../../domain/forced.ts';
import type { Incident, StepAttempt } from '../../domain/incident.ts';
import type { Selection } from '../../domain/plan.ts';
import { actorName } from '../../domain/told.ts';
import { actionIds } from './action-ids.ts';
import { button, buttons } from './buttons.ts';
import type { ClickValue } from './click-value.ts';
import { clip } from './clip.ts';
import { modal } from './modal.ts';
import { bold, bullets, line, type Part, quote, richText, text, time, who } from './rich-text.ts';
import { plain } from './text-objects.ts';
import { viewIds } from './view-ids.ts';

/** The block in which the reason is typed. */
export const REASON_BLOCK = 'reason';
const MOST_NAMED = 8;
const MOST_ON_PARENT = 2;

/** Below a private refusal: the way in for whom the configuration lets. */
export function forceBlocks(value: ClickValue): types.KnownBlock[] {
  return [
    ...richText(
      line(text('If nobody of them can be reached, you may break the glass. Everybody will see it.')),
    ),
    ...buttons(button({ id: actionIds.breakGlass, text: 'Break the glass…', value, style: 'danger' })),
  ];
}

/** What is about to be forced, and the reason. */
export function breakGlassModal(
  value: ClickValue,
  attempt: StepAttempt,
  selection: Selection | null,
): types.ModalView {
  const { plan, step } = attempt;
  const runs = value.x === 'run' && plan !== null;
  const alone = step.confirm !== 'two' || attempt.approval !== null;
  const effect = alone
    ? 'It runs at once.'
    : 'It counts as the first of two approvals: a second person has to run it.';
  const chosen = plan?.targets.filter(({ id }) => selection?.targets.includes(id)) ?? [];
  const named = chosen.slice(0, MOST_NAMED);
  const left = chosen.length - named.length;
  return modal({
    id: viewIds.breakGlass,
    title: 'Break the glass',
    submit: 'Break the glass',
    metadata: value,
    blocks: [
      ...richText(
        line(bold(clip(step.title, 150)), text(`: ${WORDS[value.x ?? 'run']}. ${runs ? effect : ''}`)),
        ...(runs ? [line(text(clip(plan.summary, 600)))] : []),
        ...(runs ? plan.warnings.map((warning): Part => quote(text(`⚠ ${clip(warning, 300)}`))) : []),
        ...(runs && named.length > 0
          ? [bullets(named.map(({ label }) => line(text(clip(label, 120)))))]
          : []),
        ...(left > 0 ? [line(text(`and ${left} more`))] : []),
      ),
      {
        type: 'input',
        block_id: REASON_BLOCK,
        label: plain('Why you decide this without being on the list', 200),
        hint: plain('It is shown on the card, to the channel and in the post-mortem.', 200),
        element: {
          type: 'plain_text_input',
          action_id: 'reason',
          multiline: true,
          min_length: REASON_LENGTH.least,
          max_length: REASON_LENGTH.most,
        },
      },
    ],
  });
}

const WORDS: Readonly<Record<NonNullable<ClickValue['x']>, string>> = {
  run: 'run it',
  withdraw: 'take the first approval back',
  skip: 'skip it',
  retry: 'try it again',
  continue: 'go on anyway',
  back: 'go back',
  abort: 'stop the run',
};

/** What was forced lately, on the parent message. */
export function forcedLines({ forced }: Pick<Incident, 'forced'>): Part[] {
  return forced.slice(-MOST_ON_PARENT).map(forcedPart);
}

/** The message that the whole channel sees. Pure. */
export function forcedBlocks(forced: Forced): types.KnownBlock[] {
  return richText(forcedPart(forced));
}

function forcedPart({ by, at, what, reason }: Forced): Part {
  return line(
    bold('🚨 Break-glass: '),
    who(by),
    text(`, who is not on the list, ${clip(what, 150)} at `),
    time(at),
    text(`: ${clip(reason, 300)}`),
  );
}

/** The same for notifications and screen readers. */
export function forcedText({ by, what, reason }: Forced): string {
  return `Break-glass: ${actorName(by)}, who is not on the list, ${what}: ${reason}`;
}
