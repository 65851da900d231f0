import { FIREBREAK_ROLE } from '../firebreak-of-stage.ts';
import type { Scenario } from '../scenario.ts';
import { prepareFiller, replayed, replayLag, writeLog } from '../stage/replication-cast.ts';

/** Somebody has paused replay on the replica and forgot it. */
export const scenario: Scenario = {
  id: 'replay-paused',
  title: 'Replay on the replica was paused and forgotten',
  alert: 'PostgreSQLReplicationLag',
  needs: { replica: true },
  expected: () => ({
    cause: 'replay-paused',
    culprit: null,
    actions: ['postgres.resume-replay'],
    guilty: [],
  }),
  async prepare(stage) {
    await prepareFiller(stage);
    await stage.role(FIREBREAK_ROLE);
    await stage.sql(`grant execute on function pg_wal_replay_resume() to ${FIREBREAK_ROLE}`);
    await replayed(stage);
  },
  async provoke(stage) {
    await stage.sql('select pg_wal_replay_pause()', [], 'replica');
    await writeLog(stage, 30);
  },
  symptom: replayLag,
};
