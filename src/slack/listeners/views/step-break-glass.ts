import { REASON_BLOCK } from '../../blocks/break-glass.ts';
import { ClickValue } from '../../blocks/click-value.ts';
import { viewIds } from '../../blocks/view-ids.ts';
import { asked, refusalText, selectionFor } from '../answer.ts';
import { sentenceModal } from '../modal.ts';
import type { ViewListener } from '../view-listener.ts';

const TITLE = 'Break the glass';

/** Forces what was refused, with the reason. The desk reads again whether this person may. */
export const stepBreakGlassView: ViewListener = {
  id: viewIds.breakGlass,
  async handle(context, submission) {
    const value = submission.metadata(ClickValue);
    const identified = await context.people.identify(submission.by);
    if (identified.status === 'stranger') return { show: sentenceModal(TITLE, identified.message) };
    const reason = submission.text(REASON_BLOCK);
    if (reason === '') return { errors: { [REASON_BLOCK]: 'Say why.' } };
    const picked = await selectionFor(context, value, () => []);
    const reply = await context.desk.answer({
      ...asked(value, value.x ?? 'run', picked?.selection ?? null),
      by: identified.person,
      breakGlass: { reason },
      ...(submission.id === undefined ? {} : { click: submission.id }),
    });
    const refusal = refusalText(reply);
    return refusal === null ? 'close' : { show: sentenceModal(TITLE, refusal) };
  },
};
