import type { types } from '@slack/bolt';
import type { ActionClass } from '../../domain/actor.ts';
import { currentRun, type Run, type StepAttempt } from '../../domain/incident.ts';
import { hashJson } from '../../domain/json.ts';
import type { IncidentView, Notice } from '../../engine/desk.ts';
import { awaited, incidentState } from '../../words/incident-state.ts';
import { stateOf } from '../../words/states.ts';
import { chargeNoteBlocks, chargeNoteText } from '../blocks/charge.ts';
import { noticeBlocks } from '../blocks/notice.ts';
import { parentBlocks } from '../blocks/parent.ts';
import { cardTitle, stepCard } from '../blocks/step-card.ts';
import { fallbackText } from '../blocks/text-objects.ts';

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
}

/** The messages of an incident in the order in which they stand: the parent, one card for each try, and who is told of charge. Pure. */
export function messagesOf(
  view: IncidentView,
  actionClassOf: (stepKind: string) => ActionClass | null = () => null,
): DesiredMessage[] {
  const { incident } = view;
  const cards = incident.runs.flatMap((run) =>
    run.attempts.filter(isShown).map((attempt) => {
      const progress = run === currentRun(incident) ? view.progress : null;
      const actionClass = actionClassOf(attempt.step.kind) ?? guessedClass(attempt);
      const blocks = stepCard({ incidentId: incident.id, run, attempt, progress, actionClass });
      const state = stateOf(attempt).word;
      const weight = weightOf(attempt, progress !== null);
      return message(cardKey(run, attempt), `${cardTitle(run, attempt)}: ${state}`, blocks, weight);
    }),
  );
  const waits = awaited(incident);
  const text = `${incidentState(incident).word} · ${incident.id} · ${incident.title} (${incident.database})${waits === null ? '' : ` · waiting for ${waits.text}`}`;
  const notes = incident.chargeNotes.map((note, index) =>
    message(`charge:${index + 1}`, chargeNoteText(note), chargeNoteBlocks(note)),
  );
  return [message('parent', text, parentBlocks(incident)), ...cards, ...notes];
}

/** The messages about alerts that led to nothing, each on its own in the channel. Pure. */
export function noticeMessages(notices: readonly Notice[]): DesiredMessage[] {
  return notices.map((notice) =>
    message(notice.key, `Alert without an incident: ${notice.title}. ${notice.text}`, noticeBlocks(notice)),
  );
}

/** A step for another cause than the one that was named is no news. */
function isShown({ closing }: StepAttempt): boolean {
  return closing?.passedBy !== true;
}

function weightOf({ status }: StepAttempt, isUnderWay: boolean): Weight {
  if (status === 'awaiting' || status === 'attention') return 'decision';
  return isUnderWay && (status === 'executing' || status === 'verifying') ? 'progress' : 'state';
}

/** Names the card of a try; tries of a second run of the same runbook have names of their own. */
function cardKey(run: Run, attempt: StepAttempt): string {
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
  blocks: readonly types.KnownBlock[],
  weight: Weight = 'state',
): DesiredMessage {
  const text = fallbackText(words);
  return { key, text, blocks, contentHash: hashJson({ text, blocks }), weight };
}
