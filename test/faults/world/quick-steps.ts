/** The one step of a runbook that shall be over soon. */
export const SUSPEND = {
  id: 'suspend',
  kind: 'kubernetes.suspend-cronjob',
  title: 'Suspend the CronJob behind them',
  confirm: 'one',
  byHand: 'Suspend it.',
};

/** The runbook of the fault matrix: the outage of the CronJob, in as few seconds as its proofs allow. */
export const QUICK_STEPS = [
  { ...SUSPEND },
  {
    id: 'kill',
    kind: 'postgres.kill-queries',
    title: 'Kill the queries of the culprit',
    confirm: 'one',
    params: { cancelSeconds: 1, proofSeconds: 2 },
    byHand: 'Kill them.',
  },
  {
    id: 'watch',
    kind: 'recovery.watch',
    title: 'Watch the recovery',
    confirm: 'none',
    params: { quietSamples: 2, everySeconds: 2, timeoutMinutes: 1 },
    byHand: 'Watch it.',
  },
];
