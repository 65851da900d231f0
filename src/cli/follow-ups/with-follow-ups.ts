import { loadConfig } from '../../config/load-config.ts';
import { dayIn } from '../../domain/follow-up.ts';
import type { FollowUp } from '../../domain/follow-up-record.ts';
import { createFollowUpBook } from '../../engine/follow-up-book.ts';
import { reachStateUrl } from '../../wiring/state-url.ts';
import { withState } from '../with-state.ts';

/** All follow-ups, and the day in the zone of the team. */
export async function withFollowUps(
  configFile: string,
): Promise<{ readonly items: readonly FollowUp[]; readonly today: string }> {
  const { timeZone } = await loadConfig(configFile);
  const { record } = await withState(configFile, reachStateUrl, async (state) =>
    createFollowUpBook(state.journal).read(),
  );
  return { items: record.items, today: dayIn(timeZone, new Date()) };
}
