import { z } from 'zod';
import { REMIND_TIMES, ReminderLevel, type RemindTimes } from '../domain/remind-times.ts';
import type { Problem } from '../yaml/problems.ts';
import type { Source } from '../yaml/source.ts';

const LONGEST_SECONDS = 24 * 3600;
const EXPECTED = 'expected a time such as 90s, 3m or 1h30m, up to 24h, or never';
const DURATION = /^(?:never|(?=\d)(?:(\d{1,5})h)?(?:(\d{1,5})m)?(?:(\d{1,5})s)?)$/;

/** A time that people can read, as `3m` or `1h30m`; or never. */
const After = z
  .string(EXPECTED)
  .regex(DURATION, EXPECTED)
  .refine((text) => text === 'never' || isPossible(secondsOf(text)), EXPECTED);

/** When people are reminded of a decision, as it stands in the file. */
export const RemindForm = z.strictObject({
  threadAfter: After.optional().describe('A message in the thread for those who may decide; 3m unless told'),
  groupAfter: After.optional().describe('The user group, in the channel; 8m unless told'),
  pageAfter: After.optional().describe('Somebody is paged; 15m unless told'),
});
type RemindForm = z.infer<typeof RemindForm>;

/** What a runbook and its step say, over each other and over what holds where they are silent. */
export function remindTimes(
  { remind: ofRunbook }: { remind: RemindForm },
  { remind: ofStep }: { remind?: RemindForm | undefined },
): RemindTimes {
  const time = (level: ReminderLevel): number | null => {
    const text = ofStep?.[`${level}After`] ?? ofRunbook[`${level}After`];
    if (text === undefined) return REMIND_TIMES[level];
    return text === 'never' ? null : secondsOf(text);
  };
  return { thread: time('thread'), group: time('group'), page: time('page') };
}

interface Reminding {
  readonly remind: RemindForm;
  readonly steps: readonly { readonly remind?: RemindForm | undefined }[];
}

/** A louder reminder comes after the quieter ones. */
export function checkReminders(source: Source, form: Reminding): Problem[] {
  const ofRunbook = outOfOrder(remindTimes(form, {}));
  if (ofRunbook !== null) return [source.problemAt(['remind'], ofRunbook)];
  return form.steps.flatMap((step, index) => {
    const problem = outOfOrder(remindTimes(form, step));
    return problem === null ? [] : [source.problemAt(['steps', index, 'remind'], problem)];
  });
}

function outOfOrder(times: RemindTimes): string | null {
  const given = ReminderLevel.options.filter((level) => times[level] !== null);
  for (const [index, level] of given.entries()) {
    const before = given[index - 1];
    if (before === undefined || (times[before] ?? 0) < (times[level] ?? 0)) continue;
    return `found ${level}After not later than ${before}After (what is not given here comes from the runbook or the defaults 3m, 8m, 15m)`;
  }
  return null;
}

function secondsOf(text: string): number {
  const [, hours = '0', minutes = '0', seconds = '0'] = DURATION.exec(text) ?? [];
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

function isPossible(seconds: number): boolean {
  return seconds > 0 && seconds <= LONGEST_SECONDS;
}
