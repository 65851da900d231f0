import { z } from 'zod';
import { formatCount } from '../../../domain/format.ts';
import type { ShedChange } from '../../../domain/setting.ts';
import { type Snapshot, usableSlots } from '../../../domain/snapshot.ts';
import type { SettingState } from '../../../ports/databases.ts';
import { draftOf, type Excluded } from '../../parts.ts';
import { type Proposal, settingTargets } from '../../shared/setting/targets.ts';
import type { Draft, StepContext } from '../../step-kind.ts';

export const Params = z.strictObject({
  limit: z.int().min(0).default(0).describe('Connections that the role may still have; 0 lets nobody new in'),
  most: z
    .int()
    .min(1)
    .max(10)
    .default(1)
    .describe('Roles that are proposed at a time, the least important first; a person may choose more'),
});
type Params = z.output<typeof Params>;
type Ctx = StepContext<'databases'>;

/** Proposes the least important role that has sessions and whose valve is open. */
export async function planShedding(ctx: Ctx, { limit, most }: Params): Promise<Draft<ShedChange>> {
  const { databases } = ctx.ports;
  const { database } = ctx.incident;
  const order = databases.get(database).shedFirst ?? [];
  const snapshot = await databases.snapshot(database, 'primary', ctx.signal);
  const sessions = sessionsByRole(snapshot);
  const busy = order.filter((role) => (sessions.get(role) ?? 0) > 0);
  const { slots } = snapshot;
  const proposals = busy.map((role) => proposalFor(role, order, limit, sessions.get(role) ?? 0));
  const { targets, excluded, commands } = await settingTargets(ctx, proposals, closedEnough);
  const planned = targets.map((target, index) => ({
    ...target,
    selected: index < most,
    identity: { ...target.identity, sessions: sessions.get(target.identity.setting.role ?? '') ?? 0 },
  }));
  const shed = planned.filter(({ selected }) => selected);
  const names = shed.map(({ identity }) => `role ${identity.setting.role}`).join(' and ');
  const staying = shed.reduce((sum, { identity }) => sum + identity.sessions, 0);
  const idle = order.filter((role) => !busy.includes(role));
  return draftOf({
    summary:
      shed.length === 0
        ? 'Shed load: no new connections for the least important role.'
        : `Let ${names} have at most ${formatCount(limit, 'connection')}: the least important of ${formatCount(order.length, 'role')} in shedFirst. ${slots.used} of ${usableSlots(slots)} slots are used.`,
    impact:
      'Its new logins are refused (53300) until the valve is opened again: what it does fails or waits, so that the others get through.',
    undo: 'A later step opens it again in steps, measured, to exactly the limit from before.',
    wontSolve:
      shed.length === 0
        ? []
        : [
            `A CONNECTION LIMIT refuses new logins only: ${formatCount(staying, 'open session')} of it ${staying === 1 ? 'stays' : 'stay'} and may go on. End them, or scale down what holds them, where that is not enough.`,
          ],
    warnings:
      shed.length === 0
        ? []
        : [
            'Behind PgBouncer its server connections stay open for long, and clients share them: RECONNECT on its console lets go of them.',
          ],
    targets: planned,
    excluded: [
      ...excluded,
      ...idle.map((role) => ({ label: `Role ${role}`, reason: 'It has no session now: nothing to shed.' })),
    ],
    commands,
    nothingToDo: planned.length > 0 ? null : nothingToDo(order, excluded),
  });
}

function sessionsByRole({ groups }: Snapshot): ReadonlyMap<string, number> {
  const sessions = new Map<string, number>();
  for (const { user, backends } of groups)
    if (user !== null) sessions.set(user, (sessions.get(user) ?? 0) + backends);
  return sessions;
}

function proposalFor(role: string, order: readonly string[], limit: number, sessions: number): Proposal {
  const place = order.indexOf(role) + 1;
  return {
    setting: { name: 'connection_limit', role, database: null },
    to: String(limit),
    why: `It is number ${place} of ${order.length} in shedFirst: whoever comes first there is given up first.`,
    owner: null,
    facts: [{ name: 'Sessions in the last reading', value: String(sessions) }],
  };
}

/** A valve is never opened by closing it. */
function closedEnough({ value }: SettingState, { to }: Proposal): string | null {
  return value !== null && Number(value) <= Number(to)
    ? `Its limit is ${value} already, which is as tight or tighter.`
    : null;
}

function nothingToDo(order: readonly string[], excluded: Excluded): string {
  if (order.length === 0)
    return 'Nobody is listed under shedFirst of this database in the configuration, and nobody is shed on a guess.';
  const [left] = excluded;
  return left === undefined
    ? 'No role of shedFirst has a session now: there is nothing to shed.'
    : `${left.label} stays as it is. ${left.reason}`;
}
