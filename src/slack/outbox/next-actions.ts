import type { ChatMessage } from '../../ports/state.ts';
import type { DesiredMessage, Weight } from './messages-of.ts';

/**
 * What goes first where calls are scarce. Posts: 0 the parent of an incident, 1 a card that asks for a decision or
 * stands above one, 2 the rest. Updates: 0 a card that asks, 1 the state, 2 how far a long step is.
 */
export type Urgency = 0 | 1 | 2;

/** Something to do so that the channel shows what it should. */
export type OutboxAction =
  /** `row` holds the nonce of an earlier post that certainly did not happen. */
  | {
      readonly do: 'post';
      readonly urgency: Urgency;
      readonly message: DesiredMessage;
      readonly row: ChatMessage | null;
      readonly parent: ChatMessage | null;
    }
  /** A post whose outcome is unknown: look for it before posting again. */
  | {
      readonly do: 'find';
      readonly urgency: Urgency;
      readonly message: DesiredMessage;
      readonly row: ChatMessage;
      readonly parent: ChatMessage | null;
    }
  | {
      readonly do: 'update';
      readonly urgency: Urgency;
      readonly message: DesiredMessage;
      readonly row: ChatMessage;
      readonly ts: string;
    };

/**
 * What may be done now: at most one post, the first in order, because each message stands below the one before;
 * and every update. Pure.
 */
export function nextActions(
  desired: readonly DesiredMessage[],
  rows: readonly ChatMessage[],
  certainlyUnsent: (nonce: string) => boolean,
): OutboxAction[] {
  const byKey = new Map(rows.map((row) => [row.key, row]));
  const parent = byKey.get('parent') ?? null;
  const isMissing = ({ key }: DesiredMessage): boolean => (byKey.get(key)?.ts ?? null) === null;
  const missing = desired.find(isMissing);
  const updates = desired.flatMap((message): OutboxAction[] => {
    const row = byKey.get(message.key);
    return row === undefined || row.ts === null || row.contentHash === message.contentHash
      ? []
      : [{ do: 'update', urgency: URGENCY[message.weight], message, row, ts: row.ts }];
  });
  if (missing === undefined) return updates;
  const asks = desired.some((message) => message.weight === 'decision' && isMissing(message));
  const isParent = missing.key === 'parent';
  const row = byKey.get(missing.key) ?? null;
  const post = {
    urgency: isParent ? 0 : asks ? 1 : 2,
    message: missing,
    parent: isParent ? null : parent,
  } as const;
  return [
    row === null || certainlyUnsent(row.nonce) ? { do: 'post', ...post, row } : { do: 'find', ...post, row },
    ...updates,
  ];
}

const URGENCY: Readonly<Record<Weight, Urgency>> = { decision: 0, state: 1, progress: 2 };
