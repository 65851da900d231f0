import { defineCheck, ok } from '../../check.ts';
import { inWords } from '../../remedies.ts';

export const check = defineCheck({
  id: 'channel',
  kind: 'slack',
  title: 'Member of the incident channel',
  purpose: 'Post incidents where people look for them.',
  without: 'Firebreak does not start, or its messages are refused.',
  check({ channel: { id, private: isPrivate, use } }) {
    if (use.works) return ok(`${id}, ${isPrivate ? 'private' : 'public'}`);
    return { status: 'missing', found: `${use.problem} (${id})`, remedy: inWords(use.hint) };
  },
});
