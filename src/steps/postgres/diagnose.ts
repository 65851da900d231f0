import { z } from 'zod';
import type { DiagnosisFacts } from '../../diagnosis/facts.ts';
import { describePool, poolName, poolViews } from '../../diagnosis/pools.ts';
import { describeCpu, describeSlots } from '../../diagnosis/pressure.ts';
import { conflictOf } from '../../diagnosis/replicas.ts';
import type { Cause } from '../../domain/cause.ts';
import { formatBytes, formatDuration, formatShare } from '../../domain/format.ts';
import { isSilent } from '../../domain/lag.ts';
import type { Fact } from '../../domain/plan.ts';
import type { ReplicaStatus } from '../../domain/replica.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import { type Trend, trendOf } from '../../domain/trend.ts';
import type { Workloads } from '../../ports/workloads.ts';
import { outcomeOf, verdictOf } from '../parts.ts';
import { inOneSentence, onlyReads, readingPlan } from '../read-only.ts';
import { gatherFacts } from '../shared/facts/gather-facts.ts';
import { serverNotes } from '../shared/facts/server-notes.ts';
import { defineStep } from '../step-kind.ts';

const Params = z.strictObject({
  topCauses: z.int().min(1).max(10).default(3).describe('How many causes are shown, most confident first'),
});

const Data = z.object({ missing: z.array(z.string()) });

/** Reads CPU, slots and replication lag, and names the causes with their owners. */
export const step = defineStep({
  kind: 'postgres.diagnose',
  title: 'Diagnose CPU, connections and replication lag',
  description:
    'Reads the primary, its replicas, the metrics and the cluster once, and ranks the causes with evidence, what helps and what will not.',
  needs: ['databases', 'poolers', 'workloads', 'metrics'],
  actionClass: 'observe',
  params: Params,
  target: z.never(),
  data: Data,
  undo: onlyReads,

  async plan({ ports, incident }) {
    const { replicas } = ports.databases.get(incident.database);
    const query = ports.metrics.cpuQuery?.(incident.database) ?? null;
    const commands = [
      {
        label: `One statement on the primary of ${incident.database}`,
        language: 'text' as const,
        text: 'firebreak:snapshot (pg_stat_activity, pg_stat_replication, slots, settings; one round trip)',
      },
      ...replicas.map((replica) => ({
        label: `One statement on replica ${replica}`,
        language: 'text' as const,
        text: 'Replay position, replay pause and time of the last replayed transaction',
      })),
      ...ports.poolers.names(incident.database).map((name) => ({
        label: `Console of PgBouncer ${name}`,
        language: 'text' as const,
        text: 'SHOW VERSION, CONFIG, DATABASES, POOLS, CLIENTS, SERVERS',
      })),
      {
        label: 'Metrics',
        language: 'text' as const,
        text:
          query ??
          'CPU share, if a query is configured for this database; otherwise on-CPU sessions for each core',
      },
      {
        label: 'Kubernetes',
        language: 'text' as const,
        text: `List Pods of the client addresses, CronJobs and Jobs in: ${ports.workloads.namespaces.join(', ') || '(no namespace configured)'}`,
      },
    ];
    return readingPlan({
      summary: `Read ${incident.database}, its replicas, metrics and cluster once, and name the cause.`,
      commands,
    });
  },

  async execute(ctx, { params }) {
    const { facts, causes } = await gatherFacts(ctx, { server: 'primary', replicas: true });
    const shown = causes.slice(0, params.topCauses);
    return outcomeOf({
      summary: summarise(shown),
      facts: [
        ...serverNotes(facts).map((value) => ({ name: 'Servers', value })),
        ...measurements(facts),
        ...withoutCluster(ctx.ports.workloads),
      ],
      causes: shown,
      data: { missing: [...facts.gaps, ...unbelievable(facts), ...serverNotes(facts)] },
    });
  },

  async verify(_ctx, _approved, { data: { missing } }) {
    if (missing.length === 0) return verdictOf('passed', 'Everything was read.');
    const text = `Not everything could be read, so the diagnosis may be incomplete: ${inOneSentence(missing)}.`;
    return verdictOf('inconclusive', text);
  },
});

function summarise([top]: readonly Cause[]): string {
  if (top === undefined || top.kind === 'unknown')
    return 'The cause is not known. What was measured is below.';
  return `${top.title} (${formatShare(top.confidence)} sure).`;
}

/** CPU, slots and lag; of lag the bytes first, because seconds are an estimate. */
function measurements(facts: DiagnosisFacts): Fact[] {
  return [
    { name: 'CPU', value: describeCpu(facts), ...going(facts, ({ onCpu }) => onCpu, 1) },
    { name: 'Connections', value: describeSlots(facts), ...going(facts, ({ slots }) => slots.used, 1) },
    ...poolViews(facts.poolers).map((view) => ({
      name: `Pool ${poolName(view)}`,
      value: describePool(view),
    })),
    ...facts.snapshot.standbys.map((standby) => ({
      name:
        standby.kind === 'standby'
          ? `Standby ${standby.applicationName} (seen by the primary)`
          : `${standby.applicationName} (${standby.kind}, no standby)`,
      value:
        standby.kind === 'backup'
          ? 'a base backup is taken'
          : lag(standby.replayBytes, standby.replaySeconds, standby.replyAgeSeconds),
      ...going(facts, (snapshot) => replayBytesOf(snapshot, standby.applicationName), LAG_NOISE),
    })),
    ...facts.replicas.map((replica) => ({
      name: `Replica ${replica.replica} (seen by itself)`,
      value: `${lag(replica.replayBytes, replica.replaySeconds, null)}${describeReplay(replica)}`,
    })),
    ...facts.snapshot.slotsRetaining.map((slot) => ({
      name: `Replication slot ${slot.name}`,
      value: `${slot.type}, ${slot.active ? 'in use' : 'inactive'}, keeps ${slot.retainedBytes === null ? 'nothing' : formatBytes(slot.retainedBytes)}`,
    })),
  ];
}

/** Bytes by which the lag of a healthy standby goes up and down. */
const LAG_NOISE = 1024 * 1024;

/** Where a number is going, by the readings of the last minutes; nothing at the first look. */
function going(
  { history, snapshot }: Pick<DiagnosisFacts, 'history' | 'snapshot'>,
  read: (one: Snapshot) => number | null,
  least: number,
): { trend?: Trend } {
  const readings = [...history, snapshot].map(read);
  const trend = trendOf(
    readings.filter((value) => value !== null),
    least,
  );
  return trend === null ? {} : { trend };
}

function replayBytesOf({ standbys }: Snapshot, name: string): number | null {
  return standbys.find(({ applicationName }) => applicationName === name)?.replayBytes ?? null;
}

/** Why it does not replay, when it does not. */
function describeReplay(replica: ReplicaStatus): string {
  const conflict = conflictOf(replica);
  if (replica.replayPaused) return '; replay is paused';
  if (conflict !== null) return `; replay waits for a ${conflict}`;
  return replica.applyDelaySeconds > 0
    ? `; late on purpose by ${formatDuration(replica.applyDelaySeconds)}`
    : '';
}

function withoutCluster({ namespaces }: Pick<Workloads, 'namespaces'>): Fact[] {
  const value = 'not configured; owners are told from application_name and tags only';
  return namespaces.length === 0 ? [{ name: 'Kubernetes', value }] : [];
}

function lag(bytes: number | null, seconds: number | null, replyAge: number | null): string {
  const amount =
    bytes === null ? 'bytes unknown' : bytes === 0 ? 'not behind' : `${formatBytes(bytes)} behind`;
  const time = bytes === null || bytes === 0 || seconds === null ? '' : `, about ${formatDuration(seconds)}`;
  const silent =
    replyAge !== null && isSilent({ replyAgeSeconds: replyAge })
      ? `; silent for ${formatDuration(replyAge)}, not to be believed`
      : '';
  return `${amount}${time}${silent}`;
}

function unbelievable({ snapshot }: DiagnosisFacts): string[] {
  return snapshot.standbys
    .filter((standby) => standby.kind === 'standby' && isSilent(standby))
    .map(({ applicationName }) => `standby ${applicationName} does not answer its primary`);
}
