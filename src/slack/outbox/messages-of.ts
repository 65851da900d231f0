import type { types } from '@slack/bolt';
import type { ActionClass } from '../../domain/actor.ts';
import type { AuditDigest } from '../../domain/audit-digest.ts';
import { whyPassedBy } from '../../domain/branch.ts';
import type { Deciders } from '../../domain/deciders.ts';
import { currentRun, type Incident, type Run, type StepAttempt } from '../../domain/incident.ts';
import { hashJson } from '../../domain/json.ts';
import { isAnswered } from '../../domain/page-work.ts';
import type { IncidentView, Notice } from '../../engine/desk.ts';
import { auditDigest } from '../blocks/audit-digest.ts';
import { forcedBlocks, forcedText } from '../blocks/break-glass.ts';
import type { CardInput } from '../blocks/card-input.ts';
import { chargeNoteBlocks, chargeNoteText } from '../blocks/charge.ts';
import type { FollowUpMessage } from '../blocks/follow-up-messages.ts';
import { incidentAlerts } from '../blocks/incident-alerts.ts';
import { milestoneBlocks, milestonesOf } from '../blocks/milestone.ts';
import { noticeBlocks } from '../blocks/notice.ts';
import { parentBlocks } from '../blocks/parent.ts';
import { withPicture } from '../blocks/picture.ts';
import { reminderMessage } from '../blocks/reminder.ts';
import { line, richText, text } from '../blocks/rich-text.ts';
import { spokenCard, spokenParent } from '../blocks/spoken.ts';
import { stepCard } from '../blocks/step-card.ts';
import { fallbackText } from '../blocks/text-objects.ts';
import type { WatchdogMessage } from '../blocks/watchdog-messages.ts';

/** What a message is to people: it asks for a decision, tells the state, or shows how far a long step is. */
export type Weight = 'decision' | 'state' | 'progress';

/** A message as it should stand in the channel. */
export interface DesiredMessage {
  /** `parent`, or the card of one try of one step; the key of its row. */
  readonly key: string;
  /** What notifications and screen readers say. */
  readonly text: string;
  readonly blocks: readonly types.KnownBlock[];
  /** Hash of text and blocks: an equal one needs no update. */
  readonly contentHash: string;
  readonly weight: Weight;
  /** A reply that the channel sees too. */
  readonly broadcast?: true;
  /** Id of the uploaded picture that it shows, or null. */
  readonly picture: string | null;
}

/** A picture of a message that was uploaded. */
export interface ShownPicture {
  readonly fileId: string;
  readonly altText: string;
}

/** The address of a message by its key; null while it is not posted, or the address is not known. */
export type LinkTo = (key: string) => string | null;

/** What messages show beside the incident itself. */
export interface Around {
  readonly actionClassOf: (stepKind: string) => ActionClass | null;
  readonly linkTo: LinkTo;
  readonly pictureOf: (key: string) => ShownPicture | null;
  /** What of a try is a file in the thread. */
  readonly filedOf: (run: Run, attempt: StepAttempt) => CardInput['filed'];
  /** Who may answer what waits; null while that is not known, and in a post: only an edit calls nobody by naming them. */
  readonly deciders: Deciders | null;
}

const NOTHING_AROUND: Around = {
  actionClassOf: () => null,
  linkTo: () => null,
  pictureOf: () => null,
  deciders: null,
  filedOf: () => ({ plan: false, result: false }),
};

/**
 * The messages of an incident in the order in which they stand: the parent, then for each try its card and what people
 * were reminded of; what the channel has to hear follows the try that brought it about; who is told of charge; and what
 * became of the alerts. Pure.
 */
export function messagesOf(view: IncidentView, around: Partial<Around> = {}): DesiredMessage[] {
  const { actionClassOf, linkTo, pictureOf, deciders, filedOf } = { ...NOTHING_AROUND, ...around };
  const { incident } = view;
  const cards = incident.runs.flatMap((run) =>
    run.attempts
      .filter((one) => isShown(incident, one))
      .flatMap((attempt) => {
        const progress = run === currentRun(incident) ? view.progress : null;
        const actionClass = actionClassOf(attempt.step.kind) ?? guessedClass(attempt);
        const blocks = stepCard({
          incidentId: incident.id,
          run,
          attempt,
          progress,
          actionClass,
          filed: filedOf(run, attempt),
        });
        const weight = weightOf(attempt, progress !== null);
        const key = cardKey(run, attempt);
        return [
          message(key, spokenCard(run, attempt), blocks, weight, pictureOf(key)),
          ...reminders(incident, attempt, linkTo(key)),
          ...milestones(incident, attempt),
        ];
      }),
  );
  const notes = incident.chargeNotes.map((note, index) =>
    message(`charge:${index + 1}`, chargeNoteText(note), chargeNoteBlocks(note)),
  );
  const forced = incident.forced.map(
    (one, index): DesiredMessage => ({
      ...message(`break-glass:${index + 1}`, forcedText(one), forcedBlocks(one)),
      broadcast: true,
    }),
  );
  const parent = message(
    'parent',
    spokenParent(incident),
    parentBlocks(incident, deciders),
    'state',
    pictureOf('parent'),
  );
  const alerts = incidentAlerts(incident);
  const courses = alerts === null ? [] : [message('alerts', alerts.words, alerts.blocks)];
  return [parent, ...cards, ...notes, ...forced, ...courses];
}

/** Told in the thread when Slack takes no file: the post-mortem is written, and where it is. Pure. */
export function unsentDocuments(
  { id, postMortems }: Incident,
  isUnsent: (number: number) => boolean,
): DesiredMessage[] {
  return postMortems.flatMap(({ number }) => {
    if (!isUnsent(number)) return [];
    const said = `Post-mortem, version ${number}, is written. Slack takes no file from this app, it lacks files:write. In a terminal: firebreak postmortem ${id}`;
    return [message(`document-note:${number}`, said, richText(line(text(said))))];
  });
}

/** What people were reminded of on this try. */
function reminders(incident: Incident, attempt: StepAttempt, cardUrl: string | null): DesiredMessage[] {
  return incident.reminders
    .filter((reminder) => reminder.step === attempt.step.id && reminder.attempt === attempt.attempt)
    .map((reminder) => {
      const { words, blocks } = reminderMessage(incident, reminder, cardUrl);
      const since = Date.parse(reminder.since).toString(36);
      const key = `reminder:${reminder.step}:${reminder.attempt}:${since}:${reminder.level}`;
      const weight = isAnswered(incident, reminder) ? 'state' : 'decision';
      // The channel hears once that a decision waits too long; the page that may follow is for one person.
      const told = message(key, words, blocks, weight);
      return reminder.level === 'group' ? { ...told, broadcast: true } : told;
    });
}

/** What the channel hears after this try: each milestone once, after the first try that reached it. */
function milestones(incident: Incident, attempt: StepAttempt): DesiredMessage[] {
  const attempts = incident.runs.flatMap((run) => run.attempts);
  return milestonesOf(incident)
    .filter(({ name }) => attempts.find(({ verdict }) => verdict?.milestone === name) === attempt)
    .map((milestone) => {
      const words = `${milestone.name} · ${incident.id} (${incident.database}): ${milestone.evidence}`;
      const told = message(`milestone:${milestone.name}`, words, milestoneBlocks(incident, milestone));
      return { ...told, broadcast: true };
    });
}

/** The messages about alerts that led to nothing, each on its own in the channel. Pure. */
export function noticeMessages(notices: readonly Notice[]): DesiredMessage[] {
  return notices.map((notice) =>
    message(notice.key, `${notice.heading}: ${notice.title}. ${notice.text}`, noticeBlocks(notice)),
  );
}

/** The newest digest of the scheduled audits. Pure. */
export function digestMessages(digests: readonly AuditDigest[]): DesiredMessage[] {
  return digests.map((digest) => {
    const { words, blocks } = auditDigest(digest);
    return message(`digest:${digest.slot}`, words, blocks);
  });
}

/** What is told in words of its own: by the watchdog, and of what is left to do after incidents. Pure. */
export function toldMessages(told: readonly (WatchdogMessage | FollowUpMessage)[]): DesiredMessage[] {
  return told.map(({ key, words, blocks }) => message(key, words, blocks));
}

/**
 * A step for another cause than the one that was named is no news: neither when it was passed by nor at the moment before,
 * as a card that was posted once stays.
 */
function isShown(incident: Incident, attempt: StepAttempt): boolean {
  const isAboutToPass = attempt.status === 'planning' && attempt.plan === null;
  if (isAboutToPass && whyPassedBy(incident, attempt) !== null) return false;
  return attempt.closing?.passedBy !== true;
}

function weightOf({ status }: StepAttempt, isUnderWay: boolean): Weight {
  if (status === 'awaiting' || status === 'attention') return 'decision';
  return isUnderWay && (status === 'executing' || status === 'verifying') ? 'progress' : 'state';
}

/** Names the card of a try; tries of a second run of the same runbook have names of their own. */
export function cardKey(run: Run, attempt: StepAttempt): string {
  const key = `step:${attempt.step.id}:${attempt.attempt}`;
  return run.number === 1 ? key : `run:${run.number}:${key}`;
}

/** Without knowledge of the step kind, whatever names targets or commands asks before it runs. */
function guessedClass({ plan }: StepAttempt): ActionClass {
  return plan === null || (plan.targets.length === 0 && plan.commands.length === 0) ? 'observe' : 'session';
}

function message(
  key: string,
  words: string,
  own: readonly types.KnownBlock[],
  weight: Weight = 'state',
  shown: ShownPicture | null = null,
): DesiredMessage {
  const text = fallbackText(words);
  const blocks = withPicture(own, shown);
  const picture = shown?.fileId ?? null;
  return { key, text, blocks, contentHash: hashJson({ text, blocks }), weight, picture };
}
