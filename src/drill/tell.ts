import type { DomainEvent } from '../domain/event.ts';

/** Says what an event of the incident did, for people who watch a drill in a terminal; steps for other causes are no news. */
export function tell(event: DomainEvent, say: (line: string) => void): void {
  if (event.type === 'effect.completed') say(`  ${event.outcome.summary}`);
  if (event.type === 'step.verified') say(`  ${event.verdict.status}: ${event.verdict.evidence}`);
  if (event.type === 'step.skipped' && event.passedBy !== true)
    say(`  skipped ${event.step}: ${event.reason}`);
  if (event.type === 'step.failed') say(`  ${event.step} failed: ${event.fault.message}`);
}
