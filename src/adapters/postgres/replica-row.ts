import type { ReplicaStatus } from '../../domain/replica.ts';

/** The row of the replica status statement. */
export type ReplicaRow = {
  in_recovery: boolean;
  started_at: string;
  replay_paused: boolean;
  replay_bytes: number | null;
  replay_seconds: number | null;
  replay_position: number | null;
  replay_wait: ReplicaStatus['replayWait'];
  lock_holders: number[];
  receiver: ReplicaStatus['receiver'];
  cancelled_for_replay: number;
  patience_seconds: number;
  apply_delay_seconds: number;
  recovery_target: string | null;
  may_resume: boolean;
  role: string;
  connected_to: string;
};

export function toReplicaStatus(replica: string, row: ReplicaRow): ReplicaStatus {
  return {
    replica,
    startedAt: row.started_at,
    inRecovery: row.in_recovery,
    replayPaused: row.replay_paused,
    replayBytes: row.replay_bytes,
    replaySeconds: row.replay_seconds,
    replayPosition: row.replay_position,
    replayWait: row.replay_wait,
    lockHolders: row.lock_holders,
    receiver: row.receiver,
    cancelledForReplay: row.cancelled_for_replay,
    patienceSeconds: row.patience_seconds,
    applyDelaySeconds: row.apply_delay_seconds,
    recoveryTarget: row.recovery_target,
    mayResume: row.may_resume,
    role: row.role,
    connectedTo: row.connected_to,
  };
}
