import { z } from 'zod';
import { FirebreakError } from '../../domain/errors.ts';
import { socketModeOff } from './slack-fault.ts';

const Frame = z.object({ type: z.literal('disconnect'), reason: z.string() });

/** Why Slack asks to disconnect, from a frame of the socket; the fault is null for an ordinary refresh. */
export interface DisconnectReason {
  /** Slack's word, such as `refresh_requested`. */
  readonly word: string;
  readonly fault: FirebreakError | null;
}

/** Reads a frame; null when it is none that asks to disconnect (docs.slack.dev/apis/events-api/using-socket-mode). */
export function disconnectReason(data: unknown): DisconnectReason | null {
  if (typeof data !== 'string' || !data.includes('"disconnect"')) return null;
  try {
    const parsed = Frame.safeParse(JSON.parse(data));
    return parsed.success ? { word: parsed.data.reason, fault: faultOf(parsed.data.reason) } : null;
  } catch {
    return null;
  }
}

function faultOf(reason: string): FirebreakError | null {
  if (reason === 'link_disabled') return socketModeOff();
  if (reason !== 'too_many_websockets') return null;
  return new FirebreakError('slack-socket-mode', 'The Slack app has too many connections open.', {
    hint: 'Slack allows ten, and each Firebreak opens two: stop what uses the same app token, or use http mode.',
    retryable: true,
  });
}
