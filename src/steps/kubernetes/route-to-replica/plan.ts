import { nameOf } from '../../../domain/cluster.ts';
import type { BatchWorkload } from '../../../domain/cluster-guardrails.ts';
import {
  areSameHosts,
  type DatabaseRoute,
  type HostPort,
  hostsText,
  Routed,
} from '../../../domain/database-route.ts';
import { FirebreakError } from '../../../domain/errors.ts';
import { shorten } from '../../../domain/format.ts';
import type { Command, Fact } from '../../../domain/plan.ts';
import { isSameHost } from '../../../domain/same-host.ts';
import type { Snapshot } from '../../../domain/snapshot.ts';
import { draftOf } from '../../parts.ts';
import { readBatches } from '../../shared/cronjob/edit-targets.ts';
import { allManaged, managedInstead } from '../../shared/kubernetes/gitops.ts';
import { compactBody } from '../../shared/kubernetes/request-text.ts';
import type { Draft } from '../../step-kind.ts';
import type { Ctx, Params } from './contract.ts';
import { lookAtReplicas } from './look-at-replicas.ts';
import { hiddenPatch, type Place, patchInWords, routePatch } from './patches.ts';

/** Values of target_session_attrs (and of JDBC's targetServerType) that a standby never satisfies. */
const NEEDS_PRIMARY = /^(?:read-write|primary|master)$/i;

interface Candidate extends Place {
  readonly batch: BatchWorkload;
}

/** Proposes to write the replica into the connection strings of the CronJobs that name the primary; or, to undo, back. */
export async function planRoutes(ctx: Ctx, params: Params): Promise<Draft<DatabaseRoute>> {
  return params.undo ? planBack(ctx) : planThere(ctx, params);
}

async function planThere(ctx: Ctx, params: Params): Promise<Draft<DatabaseRoute>> {
  const { database } = ctx.incident;
  if (ctx.ports.databases.get(database).replicas.length === 0)
    return draft({ nothingToDo: `${database} has no configured replica (audit no-replica).` });
  const { batches, unread } = await readBatches(ctx);
  const candidates = batches.flatMap((batch) => placesOf(batch).filter((one) => isTold(ctx, one)));
  const host = params.host ?? replicaHost(ctx);
  if (candidates.length === 0)
    return draft({
      nothingToDo: [
        `None of the CronJobs${unread.length === 0 ? '' : ' that could be read'} is told of the primary of ${database}.`,
        ...unread,
      ].join(' '),
    });
  if (host === null)
    return draft({
      nothingToDo:
        'How CronJobs reach the replica is not known: name it under databases[].hosts.replicas, or as host of this step.',
    });
  const look = await lookAtReplicas(ctx, params);
  if (look.refusals.length > 0) throw notFit(look.refusals, look.facts);
  const activity = await ctx.ports.databases.snapshot(database, 'primary', ctx.signal);
  const made = routesOf(ctx, candidates, { host, facts: look.facts, activity });
  return draft({
    ...made,
    summary: `Let ${made.targets.map(({ owner }) => owner).join(', ') || 'no CronJob'} read from ${host}.`,
    warnings: [
      ...unread,
      ...look.warnings,
      'A standby refuses every write: temporary tables, nextval(), SELECT … FOR UPDATE and LISTEN too. Try the job there once first.',
    ],
    nothingToDo:
      made.targets.length > 0
        ? null
        : made.excluded.map(({ label, reason }) => `${label}: ${reason}`).join(' '),
  });
}

/** What this run has routed and what is still so, with the former hosts. */
async function planBack(ctx: Ctx): Promise<Draft<DatabaseRoute>> {
  const routed = ctx.earlier
    .filter(({ kind, plan }) => kind === 'kubernetes.route-to-replica' && plan.params.undo !== true)
    .flatMap(({ outcome }) => Routed.safeParse(outcome?.data).data?.routes ?? []);
  const targets: Draft<DatabaseRoute>['targets'] = [];
  const excluded: Draft<DatabaseRoute>['excluded'] = [];
  const commands: Command[] = [];
  for (const { uncertain: _, ...route } of routed) {
    const batch = await ctx.ports.workloads.batch(route.ref, ctx.signal);
    const now = placeNow(batch, route);
    const label = `${route.variable} of CronJob ${nameOf(route.ref)}`;
    if (now === null || !areSameHosts(now.address.hosts, route.to)) {
      const what = now === null ? 'it is gone' : `it names ${hostsText(now.address.hosts)} now`;
      excluded.push({ label, reason: `Not as this run left it: ${what}.` });
      continue;
    }
    const back = { ...route, from: route.to, to: route.from };
    targets.push(targetOf(back, 'This run routed it to the replica.', { facts: [], selected: true }));
    commands.push(commandOf(ctx, now, back));
  }
  return draft({
    summary: `Let ${targets.map(({ owner }) => owner).join(', ') || 'no CronJob'} read from where they did before.`,
    impact: 'From the next run on they load the primary again.',
    undo: 'Route it again: go back to that step.',
    wontSolve: ['The audit batch-on-primary is red again.'],
    targets,
    excluded,
    commands,
    nothingToDo:
      targets.length > 0
        ? null
        : [
            'This run has routed no CronJob that could go back.',
            ...excluded.map(({ reason }) => reason),
          ].join(' '),
  });
}

/** What the manifest says at a place now, or null when there is no such place. */
export function placeNow(
  batch: BatchWorkload | null,
  route: Pick<DatabaseRoute, 'container' | 'variable'>,
): Place | null {
  const places = batch === null ? [] : placesOf(batch);
  return (
    places.find(
      ({ container, address }) => container.name === route.container && address.variable === route.variable,
    ) ?? null
  );
}

function placesOf(batch: BatchWorkload): Candidate[] {
  return batch.containers.flatMap((container) =>
    container.databases.map((address) => ({ batch, container, address })),
  );
}

/** Told of the primary, or of something that cannot be seen, which is said. */
function isTold({ setup }: Ctx, { address: { hosts, hiddenIn } }: Candidate): boolean {
  const [first] = hosts;
  if (first === undefined) return hiddenIn !== null;
  return setup.hosts.primary.some((host) => isSameHost(first.host, host));
}

/** A name that workloads use rather than an address of Firebreak's own connection. */
function replicaHost({ setup }: Ctx): string | null {
  const hosts = setup.hosts.replicas.filter((host) => host !== 'localhost' && !host.startsWith('127.'));
  return hosts.find((host) => /\.svc\b/.test(host)) ?? hosts.at(-1) ?? null;
}

function routesOf(
  ctx: Ctx,
  candidates: readonly Candidate[],
  { host, facts, activity }: { host: string; facts: readonly Fact[]; activity: Snapshot },
): Pick<Draft<DatabaseRoute>, 'targets' | 'excluded' | 'commands'> {
  const targets: Draft<DatabaseRoute>['targets'] = [];
  const excluded: Draft<DatabaseRoute>['excluded'] = [];
  const commands: Command[] = [];
  const patches: Command[] = [];
  for (const candidate of candidates) {
    const { batch, address } = candidate;
    const label = `CronJob ${nameOf(batch)}`;
    const route = routeOf(candidate, host);
    if (route === null) {
      const { reason, command } = byHandInstead(candidate, host);
      excluded.push({ label, reason: command === null ? reason : `${reason} By hand: ${command.text}` });
      if (command !== null) commands.push(command);
    } else if (batch.gitops !== null) {
      const instead = managedInstead('CronJob', batch, batch.gitops, routePatch(candidate, route));
      excluded.push(instead.excluded);
      patches.push(instead.command);
    } else {
      const writes = writesNow(activity, address.user);
      const why = writes
        ? `It is told of the primary, and role ${address.user} writes there now: a standby would refuse that.`
        : 'It is told of the primary.';
      targets.push(targetOf(route, why, { facts, selected: !writes }));
      commands.push(commandOf(ctx, candidate, route));
    }
  }
  if (targets.length === 0 && patches.length > 0) throw allManaged(patches);
  return { targets, excluded, commands: [...commands, ...patches] };
}

function routeOf({ batch, container, address }: Candidate, host: string): DatabaseRoute | null {
  const { variable, hosts, wants } = address;
  if (variable === null || hosts.length === 0 || (wants !== null && NEEDS_PRIMARY.test(wants))) return null;
  const { namespace, name, uid } = batch;
  const to: HostPort[] = [{ host, port: hosts[0]?.port ?? null }];
  return { ref: { namespace, name, uid }, container: container.name, variable, from: [...hosts], to };
}

/** Why Firebreak does not do it, and the line that does. */
function byHandInstead(place: Candidate, host: string): { reason: string; command: Command | null } {
  const { batch, container, address } = place;
  const { variable, hosts, wants, hiddenIn } = address;
  const { namespace, name } = batch;
  if (hiddenIn !== null) {
    const [, kind = 'Secret', object = '', key = '<key>'] =
      /^(Secret|ConfigMap) ([^,]*)(?:, key (.*))?$/.exec(hiddenIn) ?? [];
    const field = kind === 'Secret' ? 'stringData' : 'data';
    const patch = JSON.stringify({ [field]: { [key]: `<the same value with the host ${host}>` } });
    return {
      reason: `${variable ?? 'Its connection string'} comes from ${hiddenIn}, which Firebreak neither reads nor writes. Change it there.`,
      command: {
        label: `by hand, in ${hiddenIn}`,
        language: 'text',
        text: `kubectl -n ${namespace} patch ${kind.toLowerCase()} ${object} --type merge -p '${patch}'`,
        patch: hiddenPatch(place, host),
      },
    };
  }
  if (wants !== null && NEEDS_PRIMARY.test(wants))
    return { reason: `It insists on the primary (${wants}): it writes.`, command: null };
  return {
    reason: `Its command line names ${hostsText(hosts)}. Change it in the manifest.`,
    command: {
      label: `by hand, in container ${container.name}: ${host} instead of ${hostsText(hosts)}`,
      language: 'text',
      text: `kubectl -n ${namespace} edit cronjob ${name}`,
      patch: patchInWords(place, host),
    },
  };
}

/** Whether a session of the role has written on the primary in its present transaction. */
function writesNow({ sessions }: Snapshot, role: string | null): boolean {
  return role !== null && sessions.some(({ user, writes }) => user === role && writes);
}

function targetOf(
  route: DatabaseRoute,
  why: string,
  { facts, selected }: { facts: readonly Fact[]; selected: boolean },
): Draft<DatabaseRoute>['targets'][number] {
  const { ref, container, variable, from, to } = route;
  return {
    id: `${ref.uid}/${container}/${variable}`,
    label: shorten(`${nameOf(ref)}: ${variable} to ${hostsText(to)}`, 75),
    why,
    owner: `CronJob ${nameOf(ref)}`,
    facts: [
      { name: 'Container', value: container },
      { name: variable, value: `${hostsText(to)}, now ${hostsText(from)}; the rest stays` },
      ...facts,
    ],
    sql: null,
    selected,
    identity: route,
  };
}

function commandOf({ ports }: Ctx, place: Place, route: DatabaseRoute): Command {
  return {
    label: `${route.variable} of CronJob ${nameOf(route.ref)}`,
    language: 'text',
    text: compactBody(ports.workloads.routeText(route)),
    patch: routePatch(place, route),
  };
}

function notFit(refusals: readonly string[], known: Fact[]): FirebreakError {
  return new FirebreakError('database-error', `No CronJob is routed to a replica: ${refusals.join(' ')}`, {
    hint: 'Bring the replica in order and try again, or skip this step.',
    retryable: true,
    situation: { known, unknown: [], done: ['Nothing was changed.'], next: [] },
  });
}

function draft(parts: Partial<Draft<DatabaseRoute>>): Draft<DatabaseRoute> {
  return draftOf({
    summary: 'Route no CronJob.',
    impact:
      'From the next run on they read from the replica, and fail when it is away. What runs now stays on the primary.',
    undo: 'Routing back writes the former hosts again.',
    wontSolve: [
      'What they read there is as old as the replica.',
      'Their query stays as expensive as it is, for everybody else on the replica.',
    ],
    ...parts,
  });
}
