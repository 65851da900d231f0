import type { FirebreakError } from '../../domain/errors.ts';
import type { OutboxAction } from './next-actions.ts';
import { postAllAnew } from './post-anew.ts';
import type { OutboxTools } from './tools.ts';

/** Where an incident is told: the channel that a route says, as long as the bot may post in it. */
export function channelFor(tools: Pick<OutboxTools, 'channel' | 'unusable'>, routed: string | null): string {
  return routed === null || tools.unusable.has(routed) ? tools.channel : routed;
}

/** The channel that an action is about: a message stays where it is, and below its parent. `wanted` is for a first one. */
export function channelOf(action: OutboxAction, wanted: string): string {
  return action.do === 'post' ? (action.parent?.channel ?? wanted) : action.row.channel;
}

/** An incident that cannot be told where a route says is told in the channel of all: anything but silence. */
export async function giveUp(
  tools: OutboxTools,
  { id, channel }: { readonly id: string; readonly channel: string },
  fault: FirebreakError,
): Promise<void> {
  const { logger, unusable } = tools;
  unusable.add(channel);
  const { message, hint } = fault;
  logger.error(
    { incident: id, channel, message, hint },
    'The channel that alerts.routes names cannot be used; the incident channel takes its place',
  );
  await postAllAnew(tools, id);
}
