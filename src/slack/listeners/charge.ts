import { z } from 'zod';
import type { Person } from '../../domain/actor.ts';
import type { ChargeCommand } from '../../domain/decide-charge.ts';
import type { Reply } from '../../engine/desk.ts';
import { PEOPLE_BLOCK } from '../blocks/charge-modals.ts';
import { sentenceModal } from './modal.ts';
import { pickedPeople } from './picked-people.ts';
import type { ViewListener } from './view-listener.ts';

const Metadata = z.object({ i: z.string() });

/** What somebody submitted about charge. */
interface Submitted {
  readonly by: Person;
  readonly picked: readonly Person[];
  readonly click: { readonly click?: string };
}

/** A modal about charge: checks who was picked, brings the command to the desk, and tells a refusal in the modal. */
export function chargeView(
  id: string,
  title: string,
  commandOf: (submitted: Submitted) => ChargeCommand | null,
): ViewListener {
  return {
    id,
    async handle(context, submission) {
      const { i: incidentId } = submission.metadata(Metadata);
      const identified = await context.people.identify(submission.by);
      if (identified.status === 'stranger') return { show: sentenceModal(title, identified.message) };
      const picked = await pickedPeople(context, submission.people(PEOPLE_BLOCK));
      if ('problem' in picked) return { errors: { [PEOPLE_BLOCK]: picked.problem } };
      const click = submission.id === undefined ? {} : { click: submission.id };
      const command = commandOf({ by: identified.person, picked: picked.people, click });
      if (command === null) return { errors: { [PEOPLE_BLOCK]: 'Choose somebody.' } };
      const refusal = chargeRefusal(await context.desk.charge(incidentId, command));
      return refusal === null ? 'close' : { show: sentenceModal(title, refusal) };
    },
  };
}

/** Why nothing was changed; null when something was, or when the same click was answered before. */
export function chargeRefusal(reply: Reply): string | null {
  return reply.status === 'accepted' || reply.reason === 'repeated' ? null : reply.message;
}
