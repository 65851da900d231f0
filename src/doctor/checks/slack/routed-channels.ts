import { defineCheck, notApplicable, ok } from '../../check.ts';
import { inWords } from '../../remedies.ts';

export const check = defineCheck({
  id: 'routed-channels',
  kind: 'slack',
  title: 'Member of the channels of alerts.routes',
  purpose: 'Show an incident to the team to which a route sends its alert.',
  without: 'The incident channel takes its place, and the team of that channel sees nothing.',
  check({ routedChannels }) {
    if (routedChannels.length === 0) return notApplicable('no route names another channel (alerts.routes)');
    return routedChannels.map(({ id, private: isPrivate, use }) =>
      use.works
        ? ok(`${id}, ${isPrivate ? 'private' : 'public'}`)
        : { status: 'missing', found: `${use.problem} (${id})`, remedy: inWords(use.hint) },
    );
  },
});
