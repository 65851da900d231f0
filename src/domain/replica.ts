import { z } from 'zod';

/** A standby as it sees itself, in one reading. Bytes are the truth, seconds an estimate. */
export const ReplicaStatus = z.object({
  /** Name from the configuration. */
  replica: z.string(),
  /** pg_postmaster_start_time() as text: tells this server from another one under its name. */
  startedAt: z.string(),
  inRecovery: z.boolean(),
  /** True from the request on, also before replay has really stopped. */
  replayPaused: z.boolean(),
  /** Bytes received and not replayed, or null when nothing was ever received. */
  replayBytes: z.number().nullable(),
  /** Seconds since the last replayed transaction, 0 when everything received is replayed. */
  replaySeconds: z.number().nullable(),
  /** Where replay stands, in bytes from the beginning of the log; null when it is no standby. */
  replayPosition: z.number().nullable(),
  /** What the process that replays waits for, such as IPC/RecoveryConflictSnapshot; null when it works. */
  replayWait: z.object({ type: z.string(), event: z.string() }).nullable(),
  /** Pids that hold the lock that replay waits for; empty when it waits for no lock. */
  lockHolders: z.array(z.int()),
  /** The connection to the primary (pg_stat_wal_receiver), or null when there is none. */
  receiver: z
    .object({
      status: z.string(),
      /** Seconds since the primary last sent something; an idle one does so every wal_sender_timeout / 2, 30 s. */
      silentSeconds: z.number().nullable(),
      slot: z.string().nullable(),
    })
    .nullable(),
  /** Queries that PostgreSQL itself cancelled here so that replay could go on, since its counters were reset. */
  cancelledForReplay: z.number(),
  /** max_standby_streaming_delay: after so many seconds PostgreSQL cancels what blocks replay; -1 is never. */
  patienceSeconds: z.number(),
  /** recovery_min_apply_delay: a standby that lags on purpose; seconds. */
  applyDelaySeconds: z.number(),
  /** The recovery target that is set, such as `recovery_target_time = 2024-11-15 14:00`; resuming would promote it. */
  recoveryTarget: z.string().nullable(),
  /** Whether Firebreak's role may execute pg_wal_replay_resume() in the database that it is connected to. */
  mayResume: z.boolean(),
  role: z.string(),
  connectedTo: z.string(),
});
export type ReplicaStatus = z.infer<typeof ReplicaStatus>;
