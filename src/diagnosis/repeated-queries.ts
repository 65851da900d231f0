import type { Session, Snapshot } from '../domain/snapshot.ts';
import { isWorking, secondsInState } from './sessions.ts';

/** One statement that several sessions work on at once. */
export interface RepeatedQuery {
  readonly queryId: string;
  readonly sessions: readonly Session[];
  /** How long its sessions have been at it, the one in the middle; seconds. */
  readonly seconds: number;
}

/** Fewer sessions than this are no crowd. */
const SEVERAL = 3;
/** Statements younger than this may pass in a moment; seconds. */
const SLOW = 1;

/** The statements that several sessions have worked on for a second or more, most sessions first. */
export function repeatedQueries({ sessions }: Pick<Snapshot, 'sessions'>): RepeatedQuery[] {
  const slow = sessions.filter((session) => isWorking(session) && secondsInState(session) >= SLOW);
  return [...Map.groupBy(slow, ({ queryId }) => queryId)]
    .flatMap(([queryId, members]) =>
      queryId === null || members.length < SEVERAL
        ? []
        : [{ queryId, sessions: members, seconds: median(members.map(secondsInState)) }],
    )
    .sort((a, b) => b.sessions.length - a.sessions.length || a.queryId.localeCompare(b.queryId));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0;
}
