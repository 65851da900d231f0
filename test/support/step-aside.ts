import { existsSync, writeFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';

/**
 * Lets the server of a backend take only what nobody else wants of the CPU. Where Linux shares the CPU among sessions
 * (autogroup), the priority of a process counts only within its own, and that of the session is set (sched(7)).
 */
export function stepAside(pid: number): void {
  const autogroup = `/proc/${pid}/autogroup`;
  try {
    if (existsSync(autogroup)) writeFileSync(autogroup, '19');
    else setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // The backend belongs to another account.
  }
}
