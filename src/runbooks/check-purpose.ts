import type { Problem } from '../yaml/problems.ts';
import type { Source } from '../yaml/source.ts';
import type { RunbookForm } from './format.ts';

/** What prevents an outage is started by people: by no alert, and by nobody who wants an incident handled. */
export function checkPurpose(
  source: Source,
  form: Pick<RunbookForm, 'purpose' | 'alerts' | 'default'>,
): Problem[] {
  if (form.purpose === 'incident') return [];
  return [
    ...(form.alerts.length > 0
      ? [source.problemAt(['alerts'], 'found alerts beside purpose: prevention, which no alert starts')]
      : []),
    ...(form.default
      ? [source.problemAt(['default'], 'found default: true beside purpose: prevention, which people start')]
      : []),
  ];
}
