import { poolerSettingAudit } from '../../pooler-setting-audit.ts';

/** Seconds. */
const MOST = 5;

export const audit = poolerSettingAudit({
  id: 'login-retry',
  title: 'PgBouncer comes back late after a full server',
  todo: 'Lower server_login_retry',
  severity: 'low',
  why: 'After a refused login it tries no other for this long, while slots are free already: recovery takes that much longer.',
  falsePositives: 'None known.',
  problem: ({ settings: { serverLoginRetrySeconds: pause } }) =>
    pause <= MOST ? null : `server_login_retry = ${pause} s.`,
  note: 'Let it try again sooner.',
  line: () => 'server_login_retry = 2',
});
