import { FirebreakError } from '../domain/errors.ts';
import type { Config } from './config.ts';

/**
 * Firebreak's own state never lives on a server that it monitors: it would be gone when it is needed.
 * Compares host and port as they are written; a second name of the same server is not recognised. Throws `bad-config`.
 */
export function refuseMonitoredState({ state, databases }: Pick<Config, 'state' | 'databases'>): void {
  if (state.url === null) return;
  const own = serverOf(state.url.reveal());
  for (const { name, url, replicas } of databases) {
    const monitored = [url, ...replicas.map((replica) => replica.url)].some(
      (one) => serverOf(one.reveal()) === own,
    );
    if (!monitored) continue;
    throw new FirebreakError('bad-config', `state.url leads to a server of the monitored database ${name}.`, {
      hint: 'Give the state a server of its own, or leave state.url out: the embedded one needs nothing.',
    });
  }
}

/** Host and port, or the whole text when it is no URL. */
function serverOf(url: string): string {
  if (!URL.canParse(url)) return url;
  const { hostname, port, searchParams } = new URL(url);
  return `${searchParams.get('host') ?? hostname}:${port || '5432'}`.toLowerCase();
}
