import { postgresGrants } from '../../../grants/postgres.ts';
import { defineCheck, notApplicable, ok } from '../../check.ts';
import { where } from '../../postgres.ts';
import { sqlRemedy } from '../../remedies.ts';

export const check = defineCheck({
  id: 'resume-replay',
  kind: 'postgres',
  title: 'EXECUTE on pg_wal_replay_resume()',
  purpose: 'Let a replica go on whose replay somebody paused.',
  without: 'The step shows the line that a superuser has to run.',
  check(access) {
    if (!access.inRecovery) return notApplicable('only a replica replays');
    if (access.mayResumeReplay) return ok('granted');
    return {
      status: 'advice',
      found: `${access.role} may not execute it.`,
      remedy: sqlRemedy(
        'Grant it. It reaches the replica through replay, so it has to be there before replay is paused.',
        where(access),
        postgresGrants.resumeReplay(access.role),
      ),
    };
  },
});
