import { defineCheck, ok } from '../../check.ts';

export const check = defineCheck({
  id: 'connection',
  kind: 'slack',
  title: 'Bot token',
  purpose: 'Show incidents and answer people.',
  without: 'Nothing is shown in Slack, and nobody can decide there.',
  check: ({ workspace, botName }) => ok(`@${botName} in ${workspace}`),
});
