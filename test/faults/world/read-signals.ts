import type { SignalFact } from './facts.ts';

const MARKS: readonly [RegExp, SignalFact['what']][] = [
  [/ERROR: {2}canceling statement due to user request/, 'cancelled'],
  [/FATAL: {2}terminating connection due to administrator command/, 'terminated'],
  [/LOG: {2}a cancel was ignored/, 'ignored a cancel'],
];

/** What the log of the victim tells of signals; its lines begin with `pid=<pid>`. */
export function readSignals(log: string): readonly SignalFact[] {
  return log.split('\n').flatMap((line) => {
    const pid = Number(/^pid=(\d+) /.exec(line)?.[1]);
    const what = MARKS.find(([pattern]) => pattern.test(line))?.[1];
    return what === undefined || Number.isNaN(pid) ? [] : [{ pid, what }];
  });
}
