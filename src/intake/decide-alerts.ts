import type { Incident } from '../domain/incident.ts';
import type { Settling } from '../engine/ledger.ts';
import { dedupeKeyOf } from '../engine/opening.ts';
import type { AlertGroup } from './alert-groups.ts';
import { attachmentsOf } from './attachments.ts';
import type { SettleOptions } from './settle-options.ts';
import { createUnopened } from './unopened.ts';

/** What as many of the first alerts of each group as go together lead to; null when an incident is just being closed. */
export type DecideAlerts = (groups: readonly AlertGroup[]) => Promise<Settling[] | null>;

/** Decides on the incidents as they are now. */
export function createDecider({ state, ledger, runbooks, databases }: SettleOptions): DecideAlerts {
  const { ignoring, opening } = createUnopened({ runbooks, databases });

  /** The open incidents of these databases, by the name of the database. */
  async function openIncidents(groups: readonly AlertGroup[]): Promise<Map<string, Incident>> {
    const keys = new Set(groups.map(({ database }) => dedupeKeyOf(database?.name ?? '')));
    const rows = (await state.incidents.listOpen()).filter(({ dedupeKey }) => keys.has(dedupeKey));
    const incidents = await ledger.loadAll(rows.map(({ id }) => id));
    return new Map([...incidents.values()].map((incident) => [incident.database, incident]));
  }

  return async (groups) => {
    const open = await openIncidents(groups);
    if ([...open.values()].some(({ status }) => status === 'closed')) return null;
    const decided = groups.map((group): Settling | AlertGroup => {
      const incident = open.get(group.database?.name ?? '');
      if (incident === undefined) return ignoring(group) ?? group;
      const { events, settlements } = attachmentsOf(incident, group.alerts);
      return { target: { joins: incident }, events, settles: settlements };
    });
    const ids = await state.incidents.nextIds(decided.filter((one) => 'alerts' in one).length);
    return decided.flatMap((one) => ('alerts' in one ? (opening(one, ids.shift() ?? '') ?? []) : one));
  };
}
