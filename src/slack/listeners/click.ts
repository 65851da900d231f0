import { z } from 'zod';
import { hashJson } from '../../domain/json.ts';
import { type ClickValue, decodeClick } from '../blocks/click-value.ts';
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
  message: z.object({ ts: z.string(), thread_ts: z.string().optional() }).optional(),
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

/** A click on one of our buttons. */
export interface Click {
  /**
   * Names this one click: the same whenever and wherever it is delivered again. Slack sends no id of its own; who,
   * where, on what and the microsecond stay the same in a repetition. Undefined when the payload lacks the time.
   */
  readonly id: string | undefined;
  readonly value: ClickValue;
  readonly by: Claimed;
  readonly whereabouts: Whereabouts;
  /** Opens a modal, once and within 3 seconds. */
  readonly triggerId: string | null;
  /** Positions picked in the element of this block; null when it was not touched or is not there. */
  picked(blockId: string, actionId: string): readonly number[] | null;
}

/** Throws when the payload is not as Slack documents it: whoever clicked is told then. */
export function readClick(body: unknown): Click {
  const { user, channel, message, response_url, trigger_id, state, actions } = Payload.parse(body);
  const [action] = actions;
  const value = decodeClick(action?.value);
  if (value === null) throw new Error('The value of a button is none of ours.');
  const { action_id, block_id, action_ts } = action ?? {};
  const named = [user.id, channel?.id, message?.ts, block_id, action_id, action_ts, action?.value];
  return {
    id: action_ts === undefined ? undefined : hashJson(named).slice(0, 32),
    value,
    by: { id: user.id, teamId: user.team_id ?? null, name: user.name ?? user.username ?? null },
    whereabouts: {
      user: user.id,
      channel: channel?.id ?? null,
      thread: message?.thread_ts ?? null,
      responseUrl: response_url ?? null,
    },
    triggerId: trigger_id ?? null,
    picked(blockId, actionId) {
      const chosen = state?.values[blockId]?.[actionId];
      if (chosen === undefined) return null;
      // Nothing picked is an answer too: it must never become what the plan proposes.
      const options = chosen.selected_options ?? (chosen.selected_option ? [chosen.selected_option] : []);
      return options.map((option) => Number(option.value)).filter(Number.isInteger);
    },
  };
}
