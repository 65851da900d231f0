import type { Said } from '../blocks/said.ts';
import type { ListenerContext } from './context.ts';
import { permalink } from './permalink.ts';
import { sayWithLink } from './say.ts';

/** Where an incident is that somebody wanted to open. */
export async function openedAnswer(
  context: Pick<ListenerContext, 'messages' | 'client'>,
  database: string,
  { status, incidentId }: { readonly status: 'opened' | 'already-open'; readonly incidentId: string },
): Promise<Said> {
  if (status === 'opened') {
    const sentence = `${incidentId} is open for ${database}. Its message appears in the incident channel in a moment.`;
    return sayWithLink(sentence, null, '');
  }
  const url = await permalink(context, incidentId);
  const where = url === null ? 'Go on there, in the incident channel.' : 'Go on there:';
  return sayWithLink(
    `${incidentId} is open for ${database} already. ${where}`,
    url,
    `the thread of ${incidentId}`,
  );
}
