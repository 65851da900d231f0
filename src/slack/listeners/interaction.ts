import { z } from 'zod';
import { hashJson } from '../../domain/json.ts';
import type { Claimed } from './people.ts';
import type { Whereabouts } from './tell.ts';

const Chosen = z.object({
  selected_options: z.array(z.object({ value: z.string() })).nullish(),
  selected_option: z.object({ value: z.string() }).nullish(),
});

/** The parts of a block_actions payload that are used (docs.slack.dev/reference/interaction-payloads). */
const Payload = z.object({
  user: z.object({
    id: z.string(),
    team_id: z.string().optional(),
    username: z.string().optional(),
    name: z.string().optional(),
  }),
  channel: z.object({ id: z.string() }).optional(),
  message: z.object({ ts: z.string().optional(), thread_ts: z.string().optional() }).optional(),
  response_url: z.string().optional(),
  trigger_id: z.string().optional(),
  state: z.object({ values: z.record(z.string(), z.record(z.string(), Chosen)) }).optional(),
  actions: z
    .array(
      z.object({
        value: z.string().optional(),
        action_id: z.string().optional(),
        block_id: z.string().optional(),
        action_ts: z.string().optional(),
      }),
    )
    .min(1),
});

/** What every button that is pressed brings along. */
export interface Interaction {
  /**
   * Names this one press: the same whenever and wherever it is delivered again. Slack sends no id of its own; who,
   * where, on what and the microsecond stay the same in a repetition. Undefined when the payload lacks the time.
   */
  readonly id: string | undefined;
  readonly by: Claimed;
  readonly whereabouts: Whereabouts;
  /** Opens a modal, once and within 3 seconds. */
  readonly triggerId: string | null;
  /** What the button carries, as text. */
  readonly carried: string | undefined;
  /** What was picked in the elements of the message, by block and action. */
  readonly state: Readonly<Record<string, Readonly<Record<string, z.infer<typeof Chosen>>>>>;
}

/** Throws when the payload is not as Slack documents it: whoever pressed is told then. */
export function readInteraction(body: unknown): Interaction {
  const { user, channel, message, response_url, trigger_id, state, actions } = Payload.parse(body);
  const { value: carried, action_id, block_id, action_ts } = actions[0] ?? {};
  const named = [user.id, channel?.id, message?.ts, block_id, action_id, action_ts, carried];
  return {
    id: action_ts === undefined ? undefined : hashJson(named).slice(0, 32),
    by: { id: user.id, teamId: user.team_id ?? null, name: user.name ?? user.username ?? null },
    whereabouts: {
      user: user.id,
      channel: channel?.id ?? null,
      thread: message?.thread_ts ?? null,
      responseUrl: response_url ?? null,
    },
    triggerId: trigger_id ?? null,
    carried,
    state: state?.values ?? {},
  };
}
