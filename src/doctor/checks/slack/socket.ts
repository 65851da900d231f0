import { defineCheck, notApplicable, ok } from '../../check.ts';
import { inWords } from '../../remedies.ts';

export const check = defineCheck({
  id: 'socket',
  kind: 'slack',
  title: 'App token and Socket Mode',
  purpose: 'Take clicks and commands over a connection that Firebreak opens.',
  without: 'Cards are shown, and no click on them arrives.',
  check({ socket }) {
    if (socket === null) return notApplicable('mode: http, where Slack calls Firebreak');
    if (socket.works) return ok('a connection may be opened');
    return { status: 'missing', found: socket.problem, remedy: inWords(socket.hint) };
  },
});
