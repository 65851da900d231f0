import { isFirebreakError } from '../../../domain/errors.ts';
import { auditMessage } from '../../blocks/audit-message.ts';
import { openly, privately } from '../answered.ts';
import { refusedLook } from '../refused-look.ts';
import type { Subcommand } from '../subcommand.ts';
import { whichDatabase } from '../which-database.ts';

/** The time that an audit may take while somebody waits, in milliseconds. */
const LONGEST_MS = 60_000;

/** Which guardrails are missing around a database. */
export const subcommand: Subcommand = {
  name: 'audit',
  usage: '[database]',
  summary: 'looks which guardrails are missing, with the remedy of each.',
  order: 5,
  reads: true,
  async answer(typed) {
    const which = await whichDatabase(typed, 'audit');
    if ('ask' in which) return privately(which.ask);
    const { audits } = typed.context;
    const what = { what: 'audit', words: 'What the audits find is' };
    const refused = await refusedLook(typed.context, typed.by, what);
    if (refused !== null) return refused;
    try {
      return openly(auditMessage(await audits.run(which.database, AbortSignal.timeout(LONGEST_MS))));
    } catch (error) {
      if (!isFirebreakError(error)) throw error;
      return privately(`The audit could not look. ${error.message} ${error.hint}`);
    }
  },
};
