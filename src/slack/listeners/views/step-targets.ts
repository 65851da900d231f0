import { z } from 'zod';
import { cardHash } from '../../../domain/card-hash.ts';
import { currentAttempt } from '../../../domain/incident.ts';
import { shownSelection } from '../../../domain/plan.ts';
import type { Recheck } from '../../../engine/desk.ts';
import { clip } from '../../blocks/clip.ts';
import { offeredTargets } from '../../blocks/offer.ts';
import { TARGETS_BLOCK } from '../../blocks/targets-modal.ts';
import { viewIds } from '../../blocks/view-ids.ts';
import { refusalText } from '../answer.ts';
import { sentenceModal } from '../modal.ts';
import type { ViewAnswer, ViewListener } from '../view-listener.ts';

/** What the modal carried: incident, step, attempt, and what the card showed. */
const Metadata = z.object({ i: z.string(), s: z.string(), a: z.int(), h: z.string().nullable() });

/** Milliseconds for the look at the world: Slack gives 3 s for the whole submission. */
const LOOK_MS = 1_700;
/** Characters of a sentence at a field. */
const FIELD = 500;
const TITLE = 'Change targets';

/** Looks at the chosen targets once more, and lets the card show them. */
export const stepTargetsView: ViewListener = {
  id: viewIds.targets,
  async handle(context, submission) {
    const { i, s, a, h } = submission.metadata(Metadata);
    const identified = await context.people.identify(submission.by);
    if (identified.status === 'stranger') return { show: sentenceModal(TITLE, identified.message) };
    const view = await context.desk.view(i);
    const attempt = view === null ? undefined : currentAttempt(view.incident);
    // Positions mean something for the plan on the screen only; another one is refused by its hash.
    const plan = attempt !== undefined && cardHash(attempt) === h ? attempt.plan : null;
    const positions = new Set(submission.options(TARGETS_BLOCK));
    const targets = plan === null ? [] : idsAt(offeredTargets(plan), positions);
    const look = await context.desk.recheck(i, targets, AbortSignal.timeout(LOOK_MS));
    if (look.status === 'changed') {
      return {
        errors: {
          [TARGETS_BLOCK]: clip(`Changed meanwhile, please untick: ${look.changes.join(' ')}`, FIELD),
        },
      };
    }
    const selection = plan === null ? null : { ...shownSelection(plan, null), targets };
    const reply = await context.desk.answer({
      incidentId: i,
      step: s,
      attempt: a,
      choice: 'targets',
      hash: h,
      selection,
      to: null,
      by: identified.person,
      ...(submission.id === undefined ? {} : { click: submission.id }),
    });
    const refused = refusalText(reply);
    if (refused !== null) return { show: sentenceModal(TITLE, refused) };
    return chosen(look, targets.length);
  },
};

function idsAt(targets: readonly { readonly id: string }[], positions: ReadonlySet<string>): string[] {
  return targets.flatMap(({ id }, index) => (positions.has(String(index)) ? [id] : []));
}

function chosen(look: Recheck, count: number): ViewAnswer {
  if (look.status !== 'unread') return 'close';
  const sentence = `${count} chosen, and the card shows them. They could not be looked at again now: ${look.why} They are looked at again right before anything is done to them.`;
  return { show: sentenceModal(TITLE, sentence) };
}
