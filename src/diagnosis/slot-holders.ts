import type { Culprit } from '../domain/cause.ts';
import type { Deployment } from '../domain/cluster.ts';
import { postgresMillis } from '../domain/postgres-time.ts';
import type { SessionGroup } from '../domain/snapshot.ts';
import { attribute, culpritKey } from './attribution.ts';
import type { DiagnosisFacts } from './facts.ts';
import { mergeCulprits } from './owners.ts';
import type { Pressure } from './pressure.ts';

/** Everybody's connections of one owner, idle and at work. */
export interface SlotHolder {
  readonly culprit: Culprit;
  readonly connections: number;
  readonly idle: number;
  /** Opened in the last two minutes. */
  readonly young: number;
  /** Different client addresses. */
  readonly addresses: number;
  /** Most connections from one address. */
  readonly mostFromOne: number;
  readonly oldestIdleSeconds: number;
  /** Age of its oldest connection, or null when it was not read. */
  readonly oldestSeconds: number | null;
  /** The Deployment that it is, or null. */
  readonly deployment: Deployment | null;
  /** Seconds since its newest rollout, or null. */
  readonly rolledOutSecondsAgo: number | null;
}

/** What idle connections that fill the slots mean. */
export type IdleSlots =
  | { readonly kind: 'leak' | 'storm'; readonly holder: SlotHolder }
  | { readonly kind: 'pools'; readonly holders: readonly SlotHolder[] };

/** Share of the used slots from which connections, or one owner, are the reason that there are no more. */
const MAJORITY = 0.5;
/** Idle for less, a connection may be one of a pool at work; seconds. */
const LEFT_ALONE = 30;
/** From so many client addresses on, several pods have opened pools; measured: a storm had 12, a leak 1. */
const SEVERAL = 3;
/** Share of an owner's connections that one address may hold in a storm: pods have pools of one size. */
const EVEN = 0.5;
/** A rollout longer ago is not why connections were opened now; seconds. */
const RECENT_ROLLOUT = 30 * 60;
/** New pods connect while the rollout is still under way; seconds. */
const ROLLOUT_TAKES = 120;
/** Pools with less than this are no reason for anything. */
const SMALL = 2;

/** Who holds the slots, most connections first. */
export function slotHolders({ snapshot, cluster }: DiagnosisFacts): SlotHolder[] {
  const all = snapshot.groups.map((group) => ({
    group,
    culprit: attribute({ ...group, tags: {} }, cluster),
  }));
  const owners = Map.groupBy(all, ({ culprit }) => culpritKey(culprit));
  const now = postgresMillis(snapshot.at);
  return [...owners.values()]
    .map((members) => {
      const culprit = mergeCulprits(
        members.map(({ group, culprit: own }) => ({
          culprit: own,
          address: group.clientAddress,
          sessions: group.backends,
        })),
        cluster,
      );
      const deployment = deploymentOf(culprit, cluster.deployments);
      const rolledOut = Date.parse(deployment?.rolledOutAt ?? '');
      return {
        culprit,
        ...sumUp(members.map(({ group }) => group)),
        deployment,
        rolledOutSecondsAgo: Number.isNaN(rolledOut - now) ? null : Math.max(0, (now - rolledOut) / 1000),
      };
    })
    .sort(
      (a, b) => b.connections - a.connections || culpritKey(a.culprit).localeCompare(culpritKey(b.culprit)),
    );
}

/** Tells one leak, one storm, or pools that are too many together; null when idle connections are not the reason. */
export function explainIdleSlots(facts: DiagnosisFacts, pressure: Pressure): IdleSlots | null {
  if (!pressure.slotsTight) return null;
  const { used } = facts.snapshot.slots;
  const holders = slotHolders(facts);
  const idle = holders.reduce((sum, holder) => sum + holder.idle, 0);
  if (idle < MAJORITY * used) return null;
  const [holder] = holders.toSorted((a, b) => b.idle - a.idle);
  if (holder === undefined) return null;
  if (holder.idle >= MAJORITY * used) {
    if (isStorm(holder)) return { kind: 'storm', holder };
    return holder.oldestIdleSeconds >= LEFT_ALONE ? { kind: 'leak', holder } : null;
  }
  const pools = holders.filter((pool) => pool.idle >= SMALL);
  return pools.length >= SEVERAL ? { kind: 'pools', holders: pools } : null;
}

/** Whether all its connections were opened since its rollout, which was a short time ago. */
export function openedSinceRollout({ rolledOutSecondsAgo: ago, oldestSeconds }: SlotHolder): boolean {
  return (
    ago !== null && oldestSeconds !== null && ago <= RECENT_ROLLOUT && oldestSeconds <= ago + ROLLOUT_TAKES
  );
}

/** Pools of several pods that were opened together: most of the connections are young, or none is older than the rollout. */
function isStorm(holder: SlotHolder): boolean {
  const { connections, young, addresses, mostFromOne } = holder;
  if (addresses < SEVERAL || mostFromOne > EVEN * connections) return false;
  return young >= 0.8 * connections || openedSinceRollout(holder);
}

function deploymentOf(culprit: Culprit, deployments: readonly Deployment[]): Deployment | null {
  if (culprit.kind !== 'Deployment') return null;
  return (
    deployments.find(({ namespace, name }) => namespace === culprit.namespace && name === culprit.name) ??
    null
  );
}

function sumUp(groups: readonly SessionGroup[]) {
  const sum = (of: (group: SessionGroup) => number) => groups.reduce((total, group) => total + of(group), 0);
  const idle = groups.filter(({ state }) => state === 'idle');
  const byAddress = Map.groupBy(groups, ({ clientAddress }) => clientAddress);
  const ages = groups.flatMap(({ oldestBackendSeconds }) => oldestBackendSeconds ?? []);
  return {
    connections: sum(({ backends }) => backends),
    idle: idle.reduce((total, { backends }) => total + backends, 0),
    young: sum(({ youngBackends }) => youngBackends),
    addresses: byAddress.size,
    mostFromOne: Math.max(
      ...[...byAddress.values()].map((own) => own.reduce((total, { backends }) => total + backends, 0)),
    ),
    oldestIdleSeconds: idle.reduce((most, { oldestSeconds }) => Math.max(most, oldestSeconds ?? 0), 0),
    oldestSeconds: ages.length === 0 ? null : Math.max(...ages),
  };
}
