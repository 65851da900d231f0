import type { FirebreakError } from '../../domain/errors.ts';
import type { ChatMessage } from '../../ports/state.ts';
import type { DesiredMessage } from './messages-of.ts';
import type { OutboxAction } from './next-actions.ts';
import { MOST_REFUSALS } from './set-aside.ts';
import type { OutboxTools } from './tools.ts';

/** Whether a message is set aside. The first one of an incident is only where it stands already: nothing stands without it. */
export function isHeldBack(
  { setAside }: OutboxTools,
  incidentId: string,
  message: DesiredMessage,
  rows: readonly ChatMessage[],
): boolean {
  const isPosted = rows.some(({ key, ts }) => key === message.key && ts !== null);
  return (message.key !== 'parent' || isPosted) && setAside.has(incidentId, message);
}

/** Counts a refusal, and throws it until the message is set aside. */
export function putAside(
  tools: OutboxTools,
  incidentId: string,
  action: OutboxAction,
  fault: FirebreakError,
): void {
  const { message } = action;
  const times = tools.setAside.refused(incidentId, message, fault);
  if (times === MOST_REFUSALS)
    tools.logger.error(
      { incident: incidentId, key: message.key, message: fault.message, hint: fault.hint },
      'Slack refuses a message again and again; the others go on',
    );
  if (times < MOST_REFUSALS || (action.do !== 'update' && message.key === 'parent')) throw fault;
}
