import type { ChatMessage } from '../../ports/state.ts';
import type { LinkTo } from './messages-of.ts';

/** Links to messages that were posted, in the form that chat.getPermalink gives and without a call for each. */
export function linksTo(rows: readonly ChatMessage[], workspaceUrl: string | null): LinkTo {
  const byKey = new Map(rows.map((row) => [row.key, row]));
  return (key) => {
    const row = byKey.get(key);
    if (workspaceUrl === null || row === undefined || row.ts === null) return null;
    const url = new URL(`archives/${row.channel}/p${row.ts.replace('.', '')}`, workspaceUrl);
    const parent = byKey.get('parent')?.ts ?? null;
    if (parent !== null && key !== 'parent') {
      url.searchParams.set('thread_ts', parent);
      url.searchParams.set('cid', row.channel);
    }
    return url.href;
  };
}
