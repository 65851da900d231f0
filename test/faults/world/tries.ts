import type { DomainEvent } from '../../../src/domain/event.ts';
import type { EntryFact } from './facts.ts';

/** One try of one step of one run, with its events in order. */
export interface Try {
  /** Such as `INC-1 run 1 suspend#1`. */
  readonly name: string;
  readonly events: readonly DomainEvent[];
}

/** Sorts the events of all incidents by tries: attempts are counted anew in each run. */
export function triesOf(entries: readonly EntryFact[]): readonly Try[] {
  const runs = new Map<string, number>();
  const tries = new Map<string, DomainEvent[]>();
  for (const { stream, event } of entries) {
    if (event.type === 'run.started') runs.set(stream, event.run);
    if (!('step' in event)) continue;
    const name = `${stream} run ${runs.get(stream) ?? 0} ${event.step}#${event.attempt}`;
    tries.set(name, [...(tries.get(name) ?? []), event]);
  }
  return [...tries].map(([name, events]) => ({ name, events }));
}
