import { resolve } from 'node:path';
import type { ConfigFile } from './schema.ts';

/**
 * Takes relative paths from the folder of the configuration file: whoever types a command elsewhere means the same state,
 * secrets and runbooks.
 */
export function anchorPaths(file: ConfigFile, folder: string): ConfigFile {
  const at = <P extends string | undefined>(path: P): P =>
    (path === undefined ? path : resolve(folder, path)) as P;
  const anchored = withFiles(file, at);
  const { state, runbooks, kubernetes, http, onCall } = anchored;
  const { tls } = http;
  return {
    ...anchored,
    state: { ...state, directory: at(state.directory), backupDirectory: at(state.backupDirectory) },
    runbooks: { directory: at(runbooks.directory) },
    kubernetes:
      kubernetes === undefined ? undefined : { ...kubernetes, kubeconfig: at(kubernetes.kubeconfig) },
    http:
      tls === undefined
        ? http
        : {
            ...http,
            tls: {
              certificate: at(tls.certificate),
              key: at(tls.key),
              clientAuthorities: at(tls.clientAuthorities),
            },
          },
    onCall: onCall.map((source) => (source.type === 'file' ? { ...source, path: at(source.path) } : source)),
  };
}

/** The same with every `{ file: PATH }` anchored, wherever a secret is named. */
function withFiles<T>(value: T, at: (path: string) => string): T {
  if (Array.isArray(value)) return value.map((one: unknown) => withFiles(one, at)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only?.[0] === 'file' && typeof only[1] === 'string')
    return { file: at(only[1]) } as T;
  return Object.fromEntries(entries.map(([key, inner]) => [key, withFiles(inner, at)])) as T;
}
