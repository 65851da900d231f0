import { formatCount } from '../../../domain/format.ts';
import { defineCheck, notApplicable, ok } from '../../check.ts';
import { inWords } from '../../remedies.ts';

export const check = defineCheck({
  id: 'objectives',
  kind: 'prometheus',
  title: 'Objectives of the service (slo)',
  purpose: 'Count an incident as recovered only when the service is well too.',
  without: 'Recovery waits for a number that never comes.',
  check({ objectives }) {
    if (objectives.length === 0) return notApplicable('none is configured');
    const failed = objectives.flatMap(({ name, result }) => (result.works ? [] : [{ name, ...result }]));
    if (failed.length === 0) return ok(`${formatCount(objectives.length, 'objective')} give a number`);
    return failed.map(({ name, problem, hint }) => ({
      status: 'missing',
      found: `“${name}”: ${problem}`,
      remedy: inWords(hint),
    }));
  },
});
