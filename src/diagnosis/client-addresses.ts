import type { Snapshot } from '../domain/snapshot.ts';
import { originOf } from './through-pooler.ts';

/** Every client address of the snapshot, idle sessions included, each once. */
export function clientAddresses(snapshot: Pick<Snapshot, 'sessions' | 'groups'>): string[] {
  const all = [...snapshot.sessions, ...snapshot.groups].flatMap((one) => {
    const { address } = originOf(one);
    return [one.clientAddress, address].flatMap((each) => each ?? []);
  });
  return [...new Set(all)].sort();
}
