import type { Alert } from '../domain/alert.ts';
import { formatCount } from '../domain/format.ts';
import { sha256 } from '../domain/json.ts';
import { matchersText } from '../domain/matcher.ts';
import type { Silence } from '../domain/silence.ts';
import { actorName } from '../domain/told.ts';
import type { AlertOutcome, DeadLetter, Settlement, StoredAlert } from '../ports/state.ts';
import type { Notice } from './desk.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const MOST_NOTICES = 20;
const MOST_NAMED = 5;

/** Outcomes of alerts that people are told of although no incident shows them. */
export const UNOPENED: readonly AlertOutcome[] = ['ignored', 'silenced', 'flapping'];

/** What notices are about. */
interface Unopened {
  readonly alerts: readonly StoredAlert[];
  readonly silences: readonly Silence[];
  readonly letters: readonly DeadLetter[];
}

/** What a notice says beside the alerts that it counts. */
type Words = Pick<Notice, 'key' | 'heading' | 'title' | 'text' | 'hint'>;

/**
 * What opened nothing in the last day: firing alerts, told once for each name and reason; each silence with what it held
 * back, also one that held back nothing yet; each alert that flaps; and what could not be understood. Pure.
 */
export function noticesOf({ alerts, silences, letters }: Unopened, now: Date): Notice[] {
  const known = new Map(silences.map((silence) => [silence.id, silence]));
  const told = new Map<string, Notice>();
  for (const silence of silences) {
    const words = ofSilence(silence, []);
    told.set(words.key, { ...words, firstAt: silence.startsAt, lastAt: silence.startsAt, count: 0 });
  }
  for (const letter of letters.filter(({ lastAt }) => now.getTime() - Date.parse(lastAt) <= DAY_MS)) {
    const notice = ofLetter(letter);
    const before = told.get(notice.key);
    told.set(notice.key, before === undefined ? notice : both(before, notice));
  }
  const groups = Map.groupBy(
    alerts.filter((one) => isTold(one, now)),
    keyOf,
  );
  for (const [key, ofKey] of groups) {
    const [{ alert, settlement } = {}] = ofKey;
    if (alert === undefined || settlement === null || settlement === undefined) continue;
    const times = ofKey.map(({ receivedAt }) => receivedAt).sort();
    const words = wordsOf(alert, settlement, known, distinctNames(ofKey));
    told.set(key, {
      ...words,
      key,
      firstAt: told.get(key)?.firstAt ?? times[0] ?? '',
      lastAt: times.at(-1) ?? '',
      count: ofKey.reduce((sum, { repeats }) => sum + repeats + 1, 0),
    });
  }
  return [...told.values()].sort((a, b) => (a.firstAt < b.firstAt ? -1 : 1)).slice(-MOST_NOTICES);
}

function isTold({ alert, receivedAt, settlement }: StoredAlert, now: Date): boolean {
  const isOld = now.getTime() - Date.parse(receivedAt) > DAY_MS;
  return !isOld && alert.status === 'firing' && settlement !== null && UNOPENED.includes(settlement.decision);
}

function keyOf({ alert, settlement }: StoredAlert): string {
  switch (settlement?.decision) {
    case 'silenced':
      return silenceKey(settlement.heldBy ?? '');
    case 'flapping':
      return `flapping:${sha256(`${alert.source}\n${alert.fingerprint}`).slice(0, 16)}`;
    default:
      return `alert:${sha256(`${alert.name}\n${settlement?.reason}`).slice(0, 16)}`;
  }
}

function silenceKey(id: string): string {
  return `silence:${id}`;
}

function wordsOf(
  alert: Alert,
  { decision, reason, heldBy }: Settlement,
  silences: ReadonlyMap<string, Silence>,
  names: readonly string[],
): Omit<Words, 'key'> {
  if (decision === 'silenced') {
    const silence = silences.get(heldBy ?? '');
    if (silence !== undefined) return ofSilence(silence, names);
    return {
      heading: 'Silenced by a maintenance window',
      title: heldBy ?? '',
      text: `${reason}. Silenced: ${named(names)}.`,
      hint: 'What still fires at the end of the window is decided on then.',
    };
  }
  if (decision === 'flapping') {
    return {
      heading: 'Flapping alert',
      title: alert.name,
      text: reason,
      hint: 'Its rule may need a longer "for:" or "keep_firing_for:". Start by hand with /db-triage if it is serious.',
    };
  }
  return {
    heading: 'Alert without an incident',
    title: alert.name,
    text: reason,
    hint: 'Nothing was started. Name the alert in a runbook, give it a label "database" or a route, or start by hand with /db-triage.',
  };
}

function ofSilence({ id, matchers, endsAt, reason, by }: Silence, names: readonly string[]): Words {
  const until = endsAt === null ? '' : ` until ${endsAt.slice(0, 16).replace('T', ' ')} UTC`;
  const silenced = names.length === 0 ? 'Nothing was silenced yet.' : `Silenced: ${named(names)}.`;
  return {
    key: silenceKey(id),
    heading: 'Silence',
    title: `${id} by ${actorName(by)}${until}`,
    text: `${reason} (${matchersText(matchers)}). ${silenced}`,
    hint: `What still fires at its end is decided on then. End it at once: /db-triage silence end ${id}`,
  };
}

function ofLetter({ id, source, reason, receivedAt, lastAt, count }: DeadLetter): Notice {
  return {
    key: `letter:${sha256(`${source}\n${reason}`).slice(0, 16)}`,
    heading: 'Not understood',
    title: `what the alert source ${source} sent`,
    text: reason,
    hint: `It was refused and opened nothing. In a terminal: firebreak alerts show ${id}`,
    firstAt: receivedAt,
    lastAt,
    count,
  };
}

function both(one: Notice, other: Notice): Notice {
  return {
    ...one,
    firstAt: [one.firstAt, other.firstAt].sort()[0] ?? one.firstAt,
    lastAt: [one.lastAt, other.lastAt].sort()[1] ?? one.lastAt,
    count: one.count + other.count,
  };
}

function distinctNames(alerts: readonly StoredAlert[]): string[] {
  return [...new Set(alerts.map(({ alert }) => alert.name))];
}

function named(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  return `${names.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${formatCount(more, 'more name', 'more names')}` : ''}`;
}
