import { type BreakGlass, REASON_LENGTH } from '../domain/break-glass.ts';
import { say } from './lines.ts';
import type { Screen } from './screen.ts';

/**
 * Offers whom the configuration lets to break the glass; null when they leave it. Loud on purpose, and "Not now" is
 * proposed: everybody reads who did it and why.
 */
export async function askToForce(
  screen: Screen,
  title: string,
  signal: AbortSignal,
): Promise<BreakGlass | null> {
  screen.print([
    say('If nobody of them can be reached, you may break the glass.', { mark: '!! ', style: 'warning' }),
    say(
      'Your name and your reason are shown on the card, to the whole channel, in the timeline and in the post-mortem.',
      { mark: '!! ', style: 'warning' },
    ),
  ]);
  const meant = await screen.confirm(`Break the glass for "${title}"?`, 'Break the glass', signal);
  if (meant !== true) return null;
  const reason = await screen.text(
    'Why you decide this without being on the list:',
    (typed) => {
      const { length } = typed.trim();
      return length < REASON_LENGTH.least || length > REASON_LENGTH.most
        ? `${REASON_LENGTH.least} to ${REASON_LENGTH.most} characters.`
        : null;
    },
    signal,
  );
  return reason === null ? null : { reason: reason.trim() };
}
