import { pino } from 'pino';
import { openState } from '../adapters/state/open-state.ts';
import { loadConfig } from '../config/load-config.ts';
import type { State } from '../ports/state.ts';
import { reachStateUrl } from '../state-url.ts';

/** Opens the state of a configuration beside or without a running Firebreak. */
export async function withState<T>(configFile: string, work: (state: State) => Promise<T>): Promise<T> {
  const config = await loadConfig(configFile);
  const logger = pino({ level: 'warn' }, process.stderr);
  await using started = new AsyncDisposableStack();
  const url = await reachStateUrl(config.state, started, logger);
  const state = await openState({ url, logger, instance: `command-${process.pid}` });
  started.defer(async () => state.stop());
  return await work(state);
}
