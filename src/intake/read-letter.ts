import type { Alert } from '../domain/alert.ts';
import type { DeadLetter } from '../ports/state.ts';
import type { AlertSource } from './alert-source.ts';
import { readAlerts } from './read-alerts.ts';

/** The alerts in what a source sent, read as it is configured now; a sentence where it still cannot be read. */
export function readLetter(
  sources: readonly Pick<AlertSource, 'name' | 'format'>[],
  { source: name, body }: Pick<DeadLetter, 'source' | 'body'>,
): readonly Alert[] | string {
  const source = sources.find((one) => one.name === name);
  if (source === undefined) return `there is no alert source ${name} any more.`;
  const parsed = readAlerts(source, Buffer.from(body, 'utf8'));
  if (typeof parsed === 'string') return parsed;
  return 'alerts' in parsed ? parsed.alerts : 'it is no alert.';
}
