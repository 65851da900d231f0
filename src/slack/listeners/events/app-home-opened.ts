import { z } from 'zod';
import type { ListenerContext } from '../context.ts';

/** The parts of an app_home_opened event that are used. */
const Opened = z.object({ user: z.string(), tab: z.string().optional() });

/** Somebody looks at the Home tab. Strangers of other workspaces are shown nothing. */
export const appHomeOpened = {
  id: 'app_home_opened',
  async handle(context: ListenerContext, event: unknown): Promise<void> {
    const { user, tab } = Opened.parse(event);
    if (tab !== 'home') return;
    const identified = await context.people.identify({ id: user, teamId: null, name: null });
    if (identified.status === 'person') await context.home.opened(identified.person);
  },
};
