import { actorName } from '../domain/told.ts';
import type { WatchdogPolicy } from '../domain/watchdog.ts';
import { armedFrom, refusalKey } from '../domain/watchdog-record.ts';
import { type AuthoritySources, createAuthoriser } from '../engine/authorise.ts';
import { dedupeKeyOf } from '../engine/opening.ts';
import type { State } from '../ports/state.ts';
import type { Watchdog } from '../ports/watchdog.ts';
import { createBook } from './book.ts';

/** What people see of the policies, and how they stop and start them. Authority is read at the click; a refusal is written down. */
export function createWatchdog(
  options: AuthoritySources & {
    readonly policies: readonly WatchdogPolicy[];
    readonly state: Pick<State, 'journal' | 'incidents'>;
  },
): Watchdog {
  const { state } = options;
  const book = createBook(state.journal);
  const authoriser = createAuthoriser(options);

  return {
    async policies() {
      const page = await book.read();
      return await Promise.all(
        options.policies.map(async (policy) => {
          const record = page.of(policy.name);
          const from = armedFrom(policy, record);
          const open = await state.incidents.findOpen(dedupeKeyOf(policy.terms.database));
          const armed = from === null ? null : new Date(from).toISOString();
          return { policy, record, armedFrom: armed, incident: open?.id ?? null };
        }),
      );
    },

    async switch({ policy: name, to, by, click }) {
      if (!options.policies.some((one) => one.name === name))
        return `There is no watchdog policy "${name.slice(0, 60)}" in the configuration any more.`;
      for (;;) {
        const page = await book.read();
        const { stopped, refused, clicks } = page.of(name);
        if (click !== undefined && clicks.includes(click)) return null;
        const denied = await authoriser.whyNot(by, 'session');
        if (denied !== null) {
          const event = { type: 'watchdog.refused', policy: name, to, by, reason: denied.message } as const;
          if (refused.includes(refusalKey(event)) || (await book.append(page, event)))
            return `${denied.message} Nothing was changed.`;
          continue;
        }
        if (to === 'stopped' && stopped !== null)
          return `Policy ${name} is stopped already, by ${actorName(stopped.by)}.`;
        if (to === 'running' && stopped === null) return `Policy ${name} runs already.`;
        const reason = to === 'stopped' ? 'Stopped by hand.' : 'Started by hand.';
        const named = click === undefined ? {} : { click };
        const event = {
          type: 'watchdog.switched',
          policy: name,
          to,
          by,
          reason,
          incident: null,
          ...named,
        } as const;
        if (await book.append(page, event)) return null;
      }
    },
  };
}
