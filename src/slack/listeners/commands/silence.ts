import { parseMinutes } from '../../../domain/duration.ts';
import { type Matcher, matchersText, parseMatchers } from '../../../domain/matcher.ts';
import { clip } from '../../blocks/clip.ts';
import { line, richText, text, time } from '../../blocks/rich-text.ts';
import type { Said } from '../../blocks/said.ts';
import { fallbackText } from '../../blocks/text-objects.ts';
import { triageCommand } from '../../manifest.ts';
import { type Answered, openly, privately } from '../answered.ts';
import { say } from '../say.ts';
import type { Subcommand, Typed } from '../subcommand.ts';

const EXAMPLES = `For example: ${triageCommand} silence orders 2h reindexing, or ${triageCommand} silence alertname=~"Postgres.*" 30m failover test`;

/** Lets alerts open nothing for a while, or ends that. */
export const subcommand: Subcommand = {
  name: 'silence',
  usage: '<database or matchers> <duration> <reason> | end <id>',
  summary: 'lets alerts open nothing for a while, with a reason; the channel is told.',
  order: 10,
  reads: false,
  async answer(typed) {
    const [first = '', second = ''] = typed.words;
    return first.toLowerCase() === 'end' ? await end(typed, second) : await begin(typed);
  },
};

async function end({ context: { desk }, by, acknowledge }: Typed, id: string): Promise<Answered> {
  const refusal = await desk.alerts.endSilence(id.toUpperCase(), by);
  await acknowledge();
  return refusal === null
    ? openly(say(`${id.toUpperCase()} is over. What it held back and still fires is decided on now.`))
    : privately(refusal);
}

async function begin({ context: { desk }, by, words, acknowledge }: Typed): Promise<Answered> {
  const at = words.findIndex((word) => parseMinutes(word) !== null);
  const what = words.slice(0, at === -1 ? words.length : at).join(' ');
  const matchers = matchersOf(what, desk.databases);
  const minutes = parseMinutes(words[at] ?? '');
  if (typeof matchers === 'string' || minutes === null) {
    await acknowledge();
    const why = typeof matchers === 'string' ? matchers : 'Say for how long, such as 30m, 2h or 1d.';
    return privately(`${why} Nothing was silenced. ${EXAMPLES}`);
  }
  const reason = words.slice(at + 1).join(' ');
  const done = await desk.alerts.silence({ matchers, minutes, reason, by });
  await acknowledge();
  if (done.status === 'refused') return privately(done.message);
  const { id, endsAt } = done.silence;
  return openly(begun(id, matchersText(matchers), endsAt));
}

/** Says what is silent now, in the reader's own time, and how it ends before. */
function begun(id: string, matchers: string, endsAt: string | null): Said {
  const silent = `${id}: alerts with ${matchers} open nothing`;
  const before = `What still fires then is decided on. End it before: ${triageCommand} silence end ${id}`;
  return {
    text: fallbackText(`${silent}. ${before}`),
    blocks: richText(
      line(
        text(clip(silent, 2_000)),
        ...(endsAt === null ? [] : [text(' until '), time(endsAt)]),
        text(`. ${before}`),
      ),
    ),
  };
}

/** The name of a database, or matchers with the quotes that a phone makes of quotes. */
function matchersOf(what: string, databases: readonly string[]): readonly Matcher[] | string {
  const database = databases.find((name) => name.toLowerCase() === what.toLowerCase());
  if (database !== undefined) return [{ name: 'database', operator: '=', value: database }];
  const plain = what.replaceAll(/[“”„«»]/g, '"');
  const parsed = parseMatchers(plain);
  // Commas at the ends of words are taken for punctuation before they come here.
  return typeof parsed === 'string' ? parseMatchers(plain.replaceAll(' ', ', ')) : parsed;
}
