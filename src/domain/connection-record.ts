import { describeError } from './errors.ts';

/** How a connection is, as the uses of it show. */
export interface ConnectionRecord {
  /** It works. */
  up(at: Date): void;
  /** It does not, for this reason; null when the reason shows only at the next try. */
  down(error: unknown, at: Date): void;
  read(): {
    readonly state: 'up' | 'down' | 'unknown';
    readonly since: string | null;
    readonly lastError: { readonly code: string; readonly message: string; readonly at: string } | null;
  };
}

/** Remembers since when a connection is as it is, and what went wrong last. */
export function createConnectionRecord(): ConnectionRecord {
  let state: 'up' | 'down' | 'unknown' = 'unknown';
  let since: string | null = null;
  let lastError: ReturnType<ConnectionRecord['read']>['lastError'] = null;
  const become = (next: 'up' | 'down', at: Date): void => {
    if (state === next) return;
    state = next;
    since = at.toISOString();
  };
  return {
    up: (at) => become('up', at),
    down(error, at) {
      become('down', at);
      if (error === null) return;
      const { code, message } = describeError(error);
      lastError = { code, message, at: at.toISOString() };
    },
    read: () => ({ state, since, lastError }),
  };
}
