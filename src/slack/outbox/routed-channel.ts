import type { FirebreakError } from '../../domain/errors.ts';
import type { OutboxTools, Place } from './perform.ts';

/** Where an incident is told: the channel that a route says, as long as the bot may post in it. */
export function channelFor(tools: Pick<OutboxTools, 'channel' | 'unusable'>, routed: string | null): string {
  return routed === null || tools.unusable.has(routed) ? tools.channel : routed;
}

/** An incident that cannot be told where a route says is told in the channel of all: anything but silence. */
export function giveUp(
  { logger, unusable }: Pick<OutboxTools, 'logger' | 'unusable'>,
  { id, channel }: Place,
  fault: FirebreakError,
): void {
  unusable.add(channel);
  const { message, hint } = fault;
  logger.error(
    { incident: id, channel, message, hint },
    'The channel that alerts.routes names cannot be used; the incident channel takes its place',
  );
}
