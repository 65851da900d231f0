import { AsyncLocalStorage } from 'node:async_hooks';

/** What is being done now: the fields of its log lines, and the span that its calls belong to. */
export interface Context {
  /** Such as incidentId and traceId. */
  readonly fields: Readonly<Record<string, string | number>>;
  readonly span: { readonly traceId: string; readonly spanId: string } | null;
}

const storage = new AsyncLocalStorage<Context>();

/** Runs something with this context, wherever its promises lead. */
export function within<T>(context: Context, run: () => T): T {
  return storage.run(context, run);
}

/** The context of the caller, or null outside of any. */
export function currentContext(): Context | null {
  return storage.getStore() ?? null;
}

/** The fields that a line of the log written now carries. */
export function logFields(): Readonly<Record<string, string | number>> {
  return storage.getStore()?.fields ?? {};
}
