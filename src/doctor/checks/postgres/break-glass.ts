import { defineCheck, notApplicable, ok } from '../../check.ts';
import { inWords } from '../../remedies.ts';

export const check = defineCheck({
  id: 'break-glass',
  kind: 'postgres',
  title: 'Replication connection of the last resort',
  purpose: 'Come in when every slot is taken and none is reserved.',
  without: 'A person has to free a slot as superuser first.',
  check({ breakGlass }) {
    if (breakGlass === 'not-configured') return notApplicable('not configured (breakGlass)');
    if (breakGlass === 'works') return ok('it came about');
    return { status: 'missing', found: breakGlass.problem, remedy: inWords(breakGlass.hint) };
  },
});
