import type { ChatMessage } from '../../ports/state.ts';
import type { DesiredMessage } from './messages-of.ts';

/** Something to do so that the channel shows what it should. */
export type OutboxAction =
  /** `row` holds the nonce of an earlier post that certainly did not happen. */
  | {
      readonly do: 'post';
      readonly message: DesiredMessage;
      readonly row: ChatMessage | null;
      readonly parent: ChatMessage | null;
    }
  /** A post whose outcome is unknown: look for it before posting again. */
  | {
      readonly do: 'find';
      readonly message: DesiredMessage;
      readonly row: ChatMessage;
      readonly parent: ChatMessage | null;
    }
  | {
      readonly do: 'update';
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
  const missing = desired.find(({ key }) => (byKey.get(key)?.ts ?? null) === null);
  const updates = desired.flatMap((message): OutboxAction[] => {
    const row = byKey.get(message.key);
    return row === undefined || row.ts === null || row.contentHash === message.contentHash
      ? []
      : [{ do: 'update', message, row, ts: row.ts }];
  });
  if (missing === undefined) return updates;
  const row = byKey.get(missing.key) ?? null;
  const thread = missing.key === 'parent' ? null : parent;
  const post: OutboxAction =
    row === null || certainlyUnsent(row.nonce)
      ? { do: 'post', message: missing, row, parent: thread }
      : { do: 'find', message: missing, row, parent: thread };
  return [post, ...updates];
}
