import type { Snapshot } from '../domain/snapshot.ts';

/** What sessions queue for inside PostgreSQL when they hinder each other without a lock on a row or a table. */
export type Bottleneck = 'commit' | 'synchronous standby' | 'internal lock';

/** The waits of the sessions at work, by bottleneck; the rest are on a CPU, on data files, or waiting for locks. */
export interface Contended {
  readonly bottleneck: Bottleneck;
  readonly backends: number;
  /** The wait events, most backends first, in words: `12 LWLock/WALWrite`. */
  readonly waits: readonly string[];
}

const COMMIT = new Set([
  'IO/WALSync',
  'IO/WALWrite',
  'IO/WalSync',
  'IO/WalWrite',
  'LWLock/WALWrite',
  'LWLock/WALInsert',
]);
const STANDBY = 'IPC/SyncRep';
/** Groups of committing sessions that wait for their leader. */
const GROUP = /^IPC\/(?:ProcArrayGroupUpdate|XactGroupUpdate|ClogGroupUpdate)$/;

/** The bottleneck of a wait event as `type/event`, or null. Names: PostgreSQL's documentation, Wait Events, 14 to 18. */
function bottleneckOf(wait: string): Bottleneck | null {
  if (COMMIT.has(wait)) return 'commit';
  if (wait === STANDBY) return 'synchronous standby';
  return wait.startsWith('LWLock/') || GROUP.test(wait) ? 'internal lock' : null;
}

/** The bottleneck that most sessions queue for, or null when none queues. */
export function contended({ waits }: Pick<Snapshot, 'waits'>): Contended | null {
  const known = waits.flatMap(({ type, event, backends }) => {
    const bottleneck = bottleneckOf(`${type}/${event}`);
    return bottleneck === null ? [] : [{ bottleneck, backends, wait: `${type}/${event}` }];
  });
  const sum = (items: readonly { backends: number }[]) => items.reduce((all, one) => all + one.backends, 0);
  const [most] = [...Map.groupBy(known, ({ bottleneck }) => bottleneck)].sort(
    ([, a], [, b]) => sum(b) - sum(a),
  );
  if (most === undefined) return null;
  const [bottleneck, members] = most;
  return {
    bottleneck,
    backends: sum(members),
    waits: members
      .toSorted((a, b) => b.backends - a.backends)
      .map(({ backends, wait }) => `${backends} ${wait}`),
  };
}
