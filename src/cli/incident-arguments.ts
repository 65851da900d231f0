import { type Command, InvalidArgumentError } from 'commander';
import { FirebreakError } from '../domain/errors.ts';
import type { RecordedEvent } from '../domain/event.ts';
import type { State } from '../ports/state.ts';

/** The zone of this machine, as an IANA name. */
export const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The options of commands that tell of one incident. */
export function aboutIncident(command: Command): Command {
  return command
    .argument('<incident>', 'its id, such as INC-12')
    .option('-c, --config <file>', 'configuration file', 'firebreak.yml')
    .option(
      '--time-zone <zone>',
      'IANA name of the zone in which times are told; timeZone of the configuration unless given',
      timeZone,
    );
}

/** The events of an incident. @throws FirebreakError when there is none, or retention removed it. */
export async function eventsOf(state: State, id: string): Promise<RecordedEvent[]> {
  const row = await state.incidents.get(id);
  if (row === null) {
    throw new FirebreakError('no-incident', `There is no incident ${id}.`, {
      hint: 'firebreak incidents lists them.',
    });
  }
  if (row.prunedAt !== null) {
    throw new FirebreakError(
      'no-incident',
      `The content of ${id} was removed by retention at ${row.prunedAt}.`,
      {
        hint: 'A backup from before holds it (docs/backup.md).',
      },
    );
  }
  return await state.journal.read(id);
}

/** Parses the option of a time zone. */
export function timeZone(name: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    throw new InvalidArgumentError('Give the IANA name of a time zone, such as Asia/Seoul or UTC.');
  }
}

/** Parses the option of how many. */
export function count(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0 && value <= 1000) return value;
  throw new InvalidArgumentError('Give a number from 1 to 1000.');
}
