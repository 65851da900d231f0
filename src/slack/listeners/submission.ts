import { z } from 'zod';
import { hashJson } from '../../domain/json.ts';
import { readCarried } from './carried.ts';
import type { Claimed } from './people.ts';

const Option = z.object({ value: z.string() });

/** What an element of a modal holds, by its kind. */
const Field = z.object({
  value: z.string().nullish(),
  selected_user: z.string().nullish(),
  selected_users: z.array(z.string()).nullish(),
  selected_date: z.string().nullish(),
  selected_option: Option.nullish(),
  selected_options: z.array(Option).nullish(),
});

/** The parts of a view_submission payload that are used (docs.slack.dev/reference/interaction-payloads/view-interactions-payload). */
const Payload = z.object({
  user: z.object({ id: z.string(), team_id: z.string().optional(), name: z.string().optional() }),
  trigger_id: z.string().optional(),
  view: z.object({
    id: z.string(),
    callback_id: z.string(),
    private_metadata: z.string().default(''),
    state: z.object({ values: z.record(z.string(), z.record(z.string(), Field)) }),
  }),
});

/** A modal that somebody submitted. */
export interface Submission {
  /** Names this one submission: the same whenever and wherever it is delivered again; undefined when Slack gives no trigger. */
  readonly id: string | undefined;
  /** Names the window: the same when a person submits it once more because the first answer was lost. */
  readonly window: string;
  readonly by: Claimed;
  /** What the modal carried. Throws when it is none of ours. */
  metadata<T>(schema: z.ZodType<T>): T;
  /** What was typed in this block, without spaces around it; empty when nothing was. */
  text(blockId: string): string;
  /** The day picked in this block, such as `2026-12-31`; null when none was. */
  day(blockId: string): string | null;
  /** Ids of the people picked in this block. */
  people(blockId: string): readonly string[];
  /** Values of the options picked in this block. */
  options(blockId: string): readonly string[];
}

/** Throws when the payload is not as Slack documents it. */
export function readSubmission(body: unknown): Submission {
  const { user, view, trigger_id } = Payload.parse(body);
  const window = [user.id, view.id, view.callback_id];
  // Each input block holds one element.
  const field = (blockId: string) => Object.values(view.state.values[blockId] ?? {})[0];
  return {
    id: trigger_id === undefined ? undefined : nameOf([...window, trigger_id]),
    window: nameOf(window),
    by: { id: user.id, teamId: user.team_id ?? null, name: user.name ?? null },
    metadata: (schema) => readCarried(schema, view.private_metadata),
    text: (blockId) => (field(blockId)?.value ?? '').trim(),
    day: (blockId) => field(blockId)?.selected_date ?? null,
    people(blockId) {
      const { selected_user, selected_users } = field(blockId) ?? {};
      return selected_users ?? (selected_user == null ? [] : [selected_user]);
    },
    options(blockId) {
      const { selected_option, selected_options } = field(blockId) ?? {};
      const picked = selected_options ?? (selected_option == null ? [] : [selected_option]);
      return picked.map(({ value }) => value);
    },
  };
}

function nameOf(parts: readonly string[]): string {
  return hashJson(parts).slice(0, 32);
}
