interface Child {
  /** Negative for a whole group of processes. */
  readonly pid: number;
  readonly hasExited: () => boolean;
}

/** Processes that run, and the signal that each gets when this one ends. */
const dependent = new Map<Child, NodeJS.Signals>();

/** Lets a process end when this one ends by itself, in whatever hurry; a kill -9 of this one it survives. */
export function endsWithProcess(child: Child, signal: NodeJS.Signals): void {
  for (const known of dependent.keys()) if (known.hasExited()) dependent.delete(known);
  dependent.set(child, signal);
  process.off('exit', endThem).on('exit', endThem);
}

function endThem(): void {
  for (const [{ pid, hasExited }, signal] of dependent) {
    try {
      if (!hasExited()) process.kill(pid, signal);
    } catch {
      // It has ended in this moment.
    }
  }
}
