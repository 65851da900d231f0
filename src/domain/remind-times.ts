import { z } from 'zod';

/** What people are waited for. `attention`: a step failed or proved nothing, and somebody has to look. */
export type WaitsFor = 'decision' | 'second-person' | 'attention';

/** How loudly people are reminded of what waits for them: in the thread, their group in the channel, by a page. */
export const ReminderLevel = z.enum(['thread', 'group', 'page']);
export type ReminderLevel = z.infer<typeof ReminderLevel>;

const seconds = z.int().positive().nullable();

/** Seconds that a decision waits before people are reminded of it at each level; null for never. */
export const RemindTimes = z.object({ thread: seconds, group: seconds, page: seconds });
export type RemindTimes = z.infer<typeof RemindTimes>;

/** What holds where a runbook says nothing. */
export const REMIND_TIMES: RemindTimes = { thread: 180, group: 480, page: 900 };
