import { defineCheck, ok } from '../../check.ts';
import { textRemedy } from '../../remedies.ts';

export const check = defineCheck({
  id: 'manifest',
  kind: 'slack',
  title: 'Manifest of the app',
  purpose: 'Have every command, shortcut, event and button of this version.',
  without: 'What is missing in the manifest does not exist for people, without any error.',
  check({ drift, notCompared, arrivals }) {
    if (drift === null)
      return { status: 'unknown', found: `${notCompared ?? 'not compared'}${seen(arrivals)}` };
    if (drift.length === 0) return ok('as manifest.yml');
    return {
      status: 'missing',
      found: `It differs: ${drift.join('; ')}.`,
      remedy: textRemedy(
        'Paste the manifest of this version under "App Manifest" of the app (api.slack.com/apps), save, and reinstall the app when Slack asks for it.',
        'prints it',
        'firebreak init --print manifest',
      ),
    };
  },
});

/** What has arrived proves a part of the manifest. */
function seen(
  arrivals: { click: string | null; command: string | null; event: string | null } | null,
): string {
  if (arrivals === null) return '';
  const names = { click: 'a click', command: 'a command', event: 'an event' };
  const arrived = Object.entries(names).flatMap(([key, name]) =>
    arrivals[key as keyof typeof names] === null ? [] : [name],
  );
  return arrived.length === 0 ? '' : `; since the start ${arrived.join(', ')} arrived`;
}
