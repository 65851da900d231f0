import { formatBytes, formatDuration } from '../../../domain/format.ts';
import { defineAudit } from '../../audit.ts';

/** Readers notice more than this; the outage of 2024-11-15 had more than a minute. */
const LONG_SECONDS = 60;

export const audit = defineAudit({
  id: 'replication-lag',
  system: 'replication',
  title: 'Replica far behind',
  todo: 'Find out why the replica is behind',
  severity: 'high',
  why: 'Readers see old data, and what is sent there for relief comes back to the primary as complaints.',
  falsePositives:
    'A replica that lags on purpose (recovery_min_apply_delay) is left out. During a bulk load a lag is normal: look again afterwards.',
  holds: [],
  needs: ['replicas'],
  check({ replicas }) {
    return replicas
      .filter(
        ({ replaySeconds, replayPaused, applyDelaySeconds }) =>
          replayPaused || (replaySeconds ?? 0) > LONG_SECONDS + (applyDelaySeconds ?? 0),
      )
      .map(({ replica, replaySeconds, replayBytes, replayPaused }) => ({
        subject: `replica ${replica}`,
        evidence: `${replaySeconds === null ? 'The age of what it shows is not known' : `What it shows is ${formatDuration(replaySeconds)} old`}, ${replayBytes === null ? 'bytes unknown' : formatBytes(replayBytes)} wait for replay${replayPaused ? '; replay is paused' : ''}.`,
        remedy: {
          text: 'Start a triage of the database: the diagnosis tells a conflict, a pause and an overload apart, and proposes the step for each.',
          commands: [],
        },
      }));
  },
});
