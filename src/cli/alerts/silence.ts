import { Command, InvalidArgumentError } from 'commander';
import { parseMinutes } from '../../domain/duration.ts';
import { type Matcher, matchersText, parseMatchers } from '../../domain/matcher.ts';
import { reachStateUrl } from '../../wiring/state-url.ts';
import { withState } from '../with-state.ts';
import { silenceTable } from './alert-lines.ts';
import { asPerson, refused } from './as-person.ts';

interface Options {
  readonly config: string;
  readonly for: number;
  readonly reason: string;
  readonly as?: string;
  readonly json?: true;
}

/** `firebreak alerts silence`: lets alerts open nothing for a while. */
export function silenceCommand(): Command {
  return new Command('silence')
    .description('Let alerts that match open nothing for a while. It is journaled, and told in the channel.')
    .argument(
      '<matchers...>',
      `as in Alertmanager: 'database="orders"' 'alertname=~"Postgres.*"'; all have to hold`,
      (text: string, previous: readonly Matcher[]) => [...previous, ...readMatchers(text)],
      [],
    )
    .requiredOption('--for <duration>', 'such as 90m, 2h or 1d; at most 7d', duration)
    .requiredOption('--reason <text>', 'told with everything that is silenced')
    .option('--as <person>', 'who you are, when the account of this machine does not say it')
    .option('-c, --config <file>', 'configuration file', 'firebreak.yml')
    .option('--json', 'print one JSON object')
    .action(async (matchers: readonly Matcher[], { for: minutes, reason, json, ...options }: Options) => {
      const done = await asPerson(options, async (desk, by) =>
        desk.alerts.silence({ matchers, minutes, reason, by }),
      );
      if (done.status === 'refused') throw refused(done.message);
      const { silence } = done;
      process.stdout.write(
        json === true
          ? `${JSON.stringify(silence)}\n`
          : `${silence.id} until ${silence.endsAt}: ${matchersText(silence.matchers)}\nEnd it before: firebreak alerts unsilence ${silence.id}\n`,
      );
    });
}

/** `firebreak alerts unsilence <id>`. */
export function unsilenceCommand(): Command {
  return new Command('unsilence')
    .description('End a silence. What it held back and still fires is decided on at once.')
    .argument('<id>', 'such as SIL-3')
    .option('--as <person>', 'who you are, when the account of this machine does not say it')
    .option('-c, --config <file>', 'configuration file', 'firebreak.yml')
    .action(async (id: string, options: { config: string; as?: string }) => {
      const refusal = await asPerson(options, async (desk, by) => desk.alerts.endSilence(id, by));
      if (refusal !== null) throw refused(refusal);
      process.stdout.write(`${id} is over.\n`);
    });
}

/** `firebreak alerts silences`: those set by hand. */
export function silencesCommand(): Command {
  return new Command('silences')
    .description('List the silences set by hand, with those that ended within a day.')
    .option('-c, --config <file>', 'configuration file', 'firebreak.yml')
    .option('--json', 'print one JSON array')
    .action(async ({ config, json }: { config: string; json?: true }) => {
      const { list, now } = await withState(config, reachStateUrl, async (state) => ({
        list: await state.silences.list(),
        now: await state.now(),
      }));
      if (json === true) process.stdout.write(`${JSON.stringify(list)}\n`);
      else
        process.stdout.write(list.length === 0 ? 'There is no silence.\n' : `${silenceTable(list, now)}\n`);
    });
}

function readMatchers(text: string): readonly Matcher[] {
  const matchers = parseMatchers(text);
  if (typeof matchers === 'string') throw new InvalidArgumentError(matchers);
  return matchers;
}

function duration(text: string): number {
  const minutes = parseMinutes(text);
  if (minutes === null) throw new InvalidArgumentError('Give a duration such as 90m, 2h or 1d.');
  return minutes;
}
