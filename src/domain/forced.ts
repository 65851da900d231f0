import type { Actor } from './actor.ts';
import type { DomainEvent } from './event.ts';

/** A decision that was forced, for everybody to see. */
export interface Forced {
  readonly by: Actor;
  /** ISO 8601. */
  readonly at: string;
  readonly reason: string;
  /** What was decided, such as `ran "Kill"`. */
  readonly what: string;
}

/** What an event says was forced; null when nothing was. */
export function forcedBy(event: DomainEvent, titleOf: (step: string) => string, at: string): Forced | null {
  if (!('breakGlass' in event) || event.breakGlass === undefined || event.by === undefined) return null;
  return { by: event.by, at, reason: event.breakGlass.reason, what: whatWas(event, titleOf) };
}

function whatWas(event: DomainEvent, titleOf: (step: string) => string): string {
  switch (event.type) {
    case 'decision.recorded':
      return `ran "${titleOf(event.step)}"`;
    case 'approval.recorded':
      return `approved "${titleOf(event.step)}" as the first of two`;
    case 'step.skipped':
      return `skipped "${titleOf(event.step)}"`;
    case 'step.accepted':
      return `went on after "${titleOf(event.step)}"`;
    case 'run.rewound':
      return `went back to "${titleOf(event.to)}"`;
    case 'run.aborted':
      return 'stopped the run';
    default:
      return 'took an approval back';
  }
}
