import { pino } from 'pino';
import { openState } from '../adapters/state/open-state.ts';
import { loadConfig } from '../config/load-config.ts';
import type { State } from '../ports/state.ts';
import { type provideStateUrl, statePassword } from '../wiring/state-url.ts';

/** Opens the state of a configuration; `reach` decides whether beside a running Firebreak or without one. */
export async function withState<T>(
  configFile: string,
  reach: typeof provideStateUrl,
  work: (state: State) => Promise<T>,
): Promise<T> {
  const config = await loadConfig(configFile);
  const logger = pino({ level: 'warn' }, process.stderr);
  await using started = new AsyncDisposableStack();
  const url = await reach(config.state, started, logger);
  const password = statePassword(config.state);
  const state = await openState({ url, password, logger, instance: `command-${process.pid}` });
  started.defer(async () => state.stop());
  return await work(state);
}
